import type { ErrorSpec } from '../errors.ts';

export const VERSIONS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
