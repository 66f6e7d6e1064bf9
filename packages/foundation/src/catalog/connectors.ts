import type { ErrorSpec } from '../errors.ts';

export const CONNECTORS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
