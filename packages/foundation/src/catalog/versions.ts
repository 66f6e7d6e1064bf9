import type { ErrorSpec } from '../errors.ts';

export const VERSIONS_ERRORS = {
  'versions.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such version of this connector.',
    hint: 'List the versions with `patchbay versions`.',
  },
  'versions.illegal_move': {
    status: 500,
    owner: 'platform',
    title: 'An illegal state transition of a version was attempted.',
    hint: 'This is a bug in Patchbay: report it with the request id.',
  },
  'versions.moved_meanwhile': {
    status: 409,
    owner: 'platform',
    title: 'Another worker moved this version first.',
    hint: 'No action is needed: the other worker continues the deploy.',
  },
} as const satisfies Record<string, ErrorSpec>;
