import type { ErrorSpec } from '../errors.ts';

export const CONNECTIONS_ERRORS = {
  'connections.provider_unknown': {
    status: 404,
    owner: 'caller',
    title: 'There is no such provider in this organization.',
    hint: 'List the providers of the organization, and use an id from there. An owner or admin can add an own provider.',
  },
  'connections.provider_refused': {
    status: 400,
    owner: 'caller',
    title: 'The provider cannot be saved like this.',
    hint: 'Change what the detail names, then save again.',
  },
  'connections.not_registered': {
    status: 409,
    owner: 'caller',
    title: 'The organization has no OAuth application at this provider.',
    hint: 'An owner or admin registers one at the provider, and enters its client id and client secret here.',
  },
  'connections.not_permitted': {
    status: 403,
    owner: 'caller',
    title: 'The organization does not permit this connection.',
    hint: 'Ask an owner or admin to permit it in the settings of the provider.',
  },
  'connections.request_expired': {
    status: 400,
    owner: 'caller',
    title: 'This attempt to connect is over, or was begun in another sign-in.',
    hint: 'Begin again, in this browser, and finish within fifteen minutes.',
  },
  'connections.declined': {
    status: 403,
    owner: 'caller',
    title: 'The provider did not connect the account.',
    hint: 'Try again, and allow the access there.',
  },
  'connections.answer_invalid': {
    status: 502,
    owner: 'upstream',
    title: 'The provider’s answer cannot be used.',
    hint: 'Try again. When it happens again, an owner compares the provider’s settings here with those of the application there.',
  },
  'connections.provider_unreachable': {
    status: 502,
    owner: 'upstream',
    title: 'The provider cannot be reached.',
    hint: 'Try again in a few minutes. When it lasts, an owner checks the addresses of the provider.',
  },
  'connections.key_refused': {
    status: 400,
    owner: 'caller',
    title: 'The key was not taken.',
    hint: 'Copy the key again from the page that the form names, and paste it whole.',
  },
  'connections.other_account': {
    status: 409,
    owner: 'caller',
    title: 'This is another account than the one to be renewed.',
    hint: 'Sign in at the provider with the account of the connection, or connect the other one as a new connection.',
  },
  'connections.not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no such connection.',
    hint: 'List your connections, and use an id from there.',
  },
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
