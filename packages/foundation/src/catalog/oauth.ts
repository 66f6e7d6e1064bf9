import type { ErrorSpec } from '../errors.ts';

export const OAUTH_ERRORS = {
  'oauth.client_not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such OAuth client.',
    hint: 'List the OAuth clients of the organization and use an id from there.',
  },
  'oauth.too_many_clients': {
    status: 409,
    owner: 'caller',
    title: 'The organization has the maximum number of OAuth clients.',
    hint: 'Disable one that is no longer used.',
  },
} as const satisfies Record<string, ErrorSpec>;
