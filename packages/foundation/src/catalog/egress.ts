import type { ErrorSpec } from '../errors.ts';

export const EGRESS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
