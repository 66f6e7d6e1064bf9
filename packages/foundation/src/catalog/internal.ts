import type { ErrorSpec } from '../errors.ts';

export const INTERNAL_ERRORS = {
  'internal.unexpected': {
    status: 500,
    owner: 'platform',
    title: 'Something went wrong inside Patchbay.',
    hint: 'Try again. If it persists, give the request id to the operator of this installation.',
  },
} as const satisfies Record<string, ErrorSpec>;
