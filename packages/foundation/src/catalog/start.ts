import type { ErrorSpec } from '../errors.ts';

export const START_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
