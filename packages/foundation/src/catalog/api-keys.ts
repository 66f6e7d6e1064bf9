import type { ErrorSpec } from '../errors.ts';

export const API_KEYS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
