import type { ErrorSpec } from '../errors.ts';

export const MCP_ERRORS = {} as const satisfies Record<string, ErrorSpec>;
