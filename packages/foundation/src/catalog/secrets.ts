import type { ErrorSpec } from '../errors.ts';

export const SECRETS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
