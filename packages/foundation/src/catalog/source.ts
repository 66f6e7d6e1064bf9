import type { ErrorSpec } from '../errors.ts';

export const SOURCE_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
