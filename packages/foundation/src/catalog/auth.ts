import type { ErrorSpec } from '../errors.ts';

export const AUTH_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
