import type { ErrorSpec } from '../errors.ts';

export const ORGANIZATIONS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
