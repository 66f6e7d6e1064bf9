import type { ErrorSpec } from '../errors.ts';

/** Errors of the MCP surface. Errors of the protocol itself are JSON-RPC errors and live in `@patchbay/mcp`. */
export const MCP_ERRORS = {
  'mcp.endpoint_not_found': {
    status: 404,
    owner: 'caller',
    title: 'There is no connector at this address.',
    hint: 'Check the URL on the connector’s page. A connector without a live version has none yet.',
  },
  'mcp.token_missing': {
    status: 401,
    owner: 'caller',
    title: 'Authentication required.',
    hint: 'Sign in with an MCP client, which does it by itself, or send an MCP API key of the organization: Authorization: Bearer pbk_mcp_…',
  },
  'mcp.token_invalid': {
    status: 401,
    owner: 'caller',
    title: 'The Authorization header holds no bearer token.',
    hint: 'Send Authorization: Bearer, a space, and an access token or an MCP API key.',
  },
  'mcp.access_token_invalid': {
    status: 401,
    owner: 'caller',
    title: 'The access token is not valid.',
    hint: 'Sign in again: the client discards this token and asks for a new one.',
  },
  'mcp.access_token_expired': {
    status: 401,
    owner: 'caller',
    title: 'The access token has expired.',
    hint: 'No action is needed: clients refresh their token and repeat the request.',
  },
  'mcp.grant_ended': {
    status: 401,
    owner: 'caller',
    title: 'The access that was granted to this client has ended.',
    hint: 'Connect again and sign in. The access was ended by its person or by the organization, or it expired.',
  },
  'mcp.wrong_audience': {
    status: 401,
    owner: 'caller',
    title: 'The credential is for another organization or URL.',
    hint: 'Sign in at exactly this URL, or use an API key of the organization whose name is in the URL.',
  },
  'mcp.key_required': {
    status: 401,
    owner: 'caller',
    title: 'This connector accepts API keys only.',
    hint: 'Send an MCP API key of the organization, or ask an owner to let people sign in to the connector.',
  },
  'mcp.demand_unmet': {
    status: 401,
    owner: 'caller',
    title: 'This connector demands a second factor or a more recent sign-in.',
    hint: 'Connect again in the client: it opens a page where you sign in as the connector demands.',
  },
  'mcp.key_not_exempt': {
    status: 403,
    owner: 'caller',
    title: 'This connector demands a sign-in that no API key proves.',
    hint: 'Let the client sign in instead, or ask an owner to list this key in the settings of the connector.',
  },
  'mcp.connector_not_listed': {
    status: 403,
    owner: 'caller',
    title: 'The credential is not for this connector.',
    hint: 'Create an API key that lists this connector, or ask an owner for one.',
  },
  'mcp.insufficient_scope': {
    status: 403,
    owner: 'caller',
    title: 'The credential lacks a scope that this request needs.',
    hint: 'Sign in again and allow it; clients ask for the scopes that are named. An API key gets its scopes when it is created.',
  },
  'mcp.session_ended': {
    status: 404,
    owner: 'caller',
    title: 'This session has ended, or it is not yours.',
    hint: 'Initialize again without a session id. Clients do that by themselves.',
  },
  'mcp.event_unknown': {
    status: 404,
    owner: 'caller',
    title: 'There is nothing to resume at this event.',
    hint: 'Call the tool again only if it is read-only; otherwise first check whether the call took effect. Streams are kept for ten minutes, for their own session only.',
  },
  'mcp.call_lost': {
    status: 503,
    owner: 'platform',
    title: 'The call ended because its gateway process ended.',
    hint: 'Call the tool again only if it is read-only; otherwise first check whether the call took effect. The session remains valid.',
  },
  'mcp.client_cannot_answer': {
    status: 422,
    owner: 'connector',
    title: 'The tool requests input that this client does not support.',
    hint: 'Use a client that supports it, or another tool. Authors: look at the client’s capabilities before requesting input.',
  },
  'mcp.client_refused': {
    status: 422,
    owner: 'connector',
    title: 'The client declined the tool’s input request.',
    hint: 'Allow the request in the client and call the tool again.',
  },
  'mcp.client_silent': {
    status: 504,
    owner: 'connector',
    title: 'The tool’s input request was not answered within ten minutes.',
    hint: 'Call the tool again and answer the request.',
  },
  'mcp.cancelled': {
    status: 499,
    owner: 'caller',
    title: 'The client disconnected before the response was ready.',
    hint: 'No action is needed: disconnecting cancels a call. Keep the connection open to get the response.',
  },
  'mcp.result_too_long': {
    status: 502,
    owner: 'connector',
    title: 'The result is longer than the client accepts.',
    hint: 'Ask for less: a smaller page, fewer fields, or a narrower query.',
  },
} as const satisfies Record<string, ErrorSpec>;
