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
    title: 'A version was asked to make a move that does not exist.',
    hint: 'This is a fault of Patchbay: report it with the request id.',
  },
  'versions.moved_meanwhile': {
    status: 409,
    owner: 'platform',
    title: 'Another worker moved this version first.',
    hint: 'Nothing to do: the other worker goes on with the deploy.',
  },
} as const satisfies Record<string, ErrorSpec>;
