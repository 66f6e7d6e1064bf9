import type { ErrorSpec } from '../errors.ts';

export const DEPLOYMENTS_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
