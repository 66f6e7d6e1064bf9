import type { ErrorSpec } from '../errors.ts';

export const GRANTS_ERRORS = {
  'grants.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such grant.',
    hint: 'List the grants and use an id from there.',
  },
} as const satisfies Record<string, ErrorSpec>;
