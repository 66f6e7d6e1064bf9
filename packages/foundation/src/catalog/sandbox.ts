import type { ErrorSpec } from '../errors.ts';

export const SANDBOX_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
