import { DASHBOARD_PAGES as PAGES } from '../dashboard-pages.ts';
import type { ErrorSpec } from '../errors.ts';

export const OAUTH_ERRORS = {
  'oauth.request_refused': {
    status: 400,
    owner: 'caller',
    title: 'The client’s request cannot be answered.',
    hint: 'Go back to the client and connect again. When it happens again, remove the connection there and add it again.',
  },
  'oauth.request_expired': {
    status: 400,
    owner: 'caller',
    title: 'This request to connect a client is over.',
    hint: 'Go back to the client and connect again, in this browser and within an hour.',
  },
  'oauth.not_a_member': {
    status: 403,
    owner: 'caller',
    title: 'You are not a member of this MCP server’s organization.',
    hint: `Ask an owner or admin for an invitation, or sign out at ${PAGES.home} and connect again with another account.`,
  },
  'oauth.resource_gone': {
    status: 404,
    owner: 'caller',
    title: 'The MCP server or the client of this request is not there any more.',
    hint: 'Look at the URL of the MCP server, then connect again from the client.',
  },
  'oauth.too_many_requests': {
    status: 429,
    owner: 'caller',
    title: 'Too many clients were connected from this address.',
    hint: 'Wait a while and connect again. Clients that are connected are not affected.',
  },
  'oauth.too_many_codes': {
    status: 429,
    owner: 'caller',
    title: 'Too many codes were typed.',
    hint: 'Wait five minutes, then let the program show a new code.',
  },
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
  'oauth.redirect_uri_refused': {
    status: 400,
    owner: 'caller',
    title: 'A redirect URI cannot be used.',
    hint: 'Use https, http on loopback, or a scheme with a dot in its name; no fragment and no user information.',
  },
} as const satisfies Record<string, ErrorSpec>;
