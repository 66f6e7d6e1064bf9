import type { ErrorSpec } from '../errors.ts';

export const DEPLOY_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
