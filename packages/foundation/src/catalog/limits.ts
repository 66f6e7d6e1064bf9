import type { ErrorSpec } from '../errors.ts';

export const LIMITS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
