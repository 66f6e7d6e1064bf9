import type { ErrorSpec } from '../errors.ts';

export const EGRESS_ERRORS = {
  'egress.address_refused': {
    status: 403,
    owner: 'caller',
    title: 'The host resolves to an address that connectors may not reach.',
    hint: 'Use a host with a public address; an operator can open single private hosts.',
  },
  'egress.credential_refused': {
    status: 403,
    owner: 'connector',
    title: 'No credential may be sent with this request.',
    hint: 'Ask the provider’s own host over https, with the reference of the call that runs now.',
  },
  'egress.database_login_failed': {
    status: 502,
    owner: 'caller',
    title: 'The database did not accept the login of the connection.',
    hint: 'Check host, database, user and password of the connection; the server must offer TLS and SCRAM-SHA-256.',
  },
  'egress.database_refused': {
    status: 403,
    owner: 'connector',
    title: 'The connection to the database was not opened as it was asked for.',
    hint: 'Use the settings of `context.postgres(name)` as they are, without user, database, options or replication.',
  },
  'egress.database_role_refused': {
    status: 403,
    owner: 'caller',
    title: 'The role of the database may do more than the connection was declared for.',
    hint: 'Make a role with LOGIN that has SELECT on the tables it needs and nothing else, and connect with it.',
  },
  'egress.database_write_refused': {
    status: 403,
    owner: 'connector',
    title: 'A call that only reads cannot use a database role that may write.',
    hint: 'Connect a role that can only read, or do not declare the tool as `readOnly`.',
  },
  'egress.header_refused': {
    status: 400,
    owner: 'connector',
    title: 'The request has a header that a connector may not set.',
    hint: 'Leave Host, Connection, Proxy-* and Patchbay-* headers to the platform.',
  },
  'egress.host_not_declared': {
    status: 403,
    owner: 'connector',
    title: 'The connector’s manifest does not declare this host.',
    hint: 'Add the host and port to `egress` in defineConnector and deploy again.',
  },
  'egress.limit_exceeded': {
    status: 429,
    owner: 'connector',
    title: 'The connector has too many connections open, or a message is too large.',
    hint: 'Close what is not needed and send or read less per request.',
  },
  'egress.only_reads': {
    status: 403,
    owner: 'connector',
    title: 'The request may change something, and only reads were in flight.',
    hint: 'Declare the tool with destructive: true or false instead of readOnly: true, and write in tools only.',
  },
  'egress.own_credential': {
    status: 403,
    owner: 'connector',
    title: 'The request carries a credential of the connector’s own.',
    hint: 'Leave the credential out: requests to a provider’s host are sent with the caller’s account.',
  },
  'egress.redirect_refused': {
    status: 502,
    owner: 'caller',
    title: 'The server answered with a redirect that is not followed.',
    hint: 'Name the final address.',
  },
  'egress.request_refused': {
    status: 400,
    owner: 'connector',
    title: 'The request cannot be sent through the egress proxy.',
    hint: 'Send plain http or https requests with ordinary headers to declared hosts.',
  },
  'egress.tunnel_refused': {
    status: 403,
    owner: 'connector',
    title: 'The tunnel does not begin with a TLS handshake for the declared host.',
    hint: 'Open TLS first, with the declared host as server name and without encrypted ClientHello.',
  },
  'egress.too_large': {
    status: 502,
    owner: 'upstream',
    title: 'The server’s answer is larger than allowed.',
    hint: 'Ask for less, or for another address.',
  },
  'egress.upstream_failed': {
    status: 502,
    owner: 'upstream',
    title: 'The server could not be reached or broke the connection.',
    hint: 'Try again; check the host name and its certificate if the error persists.',
  },
} as const satisfies Record<string, ErrorSpec>;
