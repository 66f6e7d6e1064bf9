import type { ErrorSpec } from '../errors.ts';

export const ADMIN_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
