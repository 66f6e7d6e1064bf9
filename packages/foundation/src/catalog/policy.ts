import type { ErrorSpec } from '../errors.ts';

export const POLICY_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
