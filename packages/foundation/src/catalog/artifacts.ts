import type { ErrorSpec } from '../errors.ts';

export const ARTIFACTS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
