import type { ErrorSpec } from '../errors.ts';

export const EDGE_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
