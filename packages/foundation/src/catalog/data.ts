import type { ErrorSpec } from '../errors.ts';

export const DATA_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
