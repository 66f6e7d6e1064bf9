import type { ErrorSpec } from '../errors.ts';

export const CONNECTIONS_ERRORS = {
  'connections.unreadable': {
    status: 500,
    owner: 'platform',
    title: 'The credential of a connection cannot be read.',
    hint: 'Connect the account again. The operator compares the master key with the one that was backed up.',
  },
  'connections.refresh_refused': {
    status: 403,
    owner: 'caller',
    title: 'The provider no longer renews this connection.',
    hint: 'Connect the account again: on the page of your connections, or by the link of the call.',
  },
} as const satisfies Record<string, ErrorSpec>;
