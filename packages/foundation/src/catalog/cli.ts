import type { ErrorSpec } from '../errors.ts';

export const CLI_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
