import type { ErrorSpec } from '../errors.ts';

/** What the MCP surface refuses. Refusals of the protocol itself are JSON-RPC faults and live in `@patchbay/mcp`. */
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
    title: 'This connector wants to know who calls.',
    hint: 'Send an MCP API key of the organization: Authorization: Bearer pbk_mcp_…',
  },
  'mcp.token_invalid': {
    status: 401,
    owner: 'caller',
    title: 'The Authorization header holds no bearer token.',
    hint: 'Send Authorization: Bearer, a space, and an MCP API key.',
  },
  'mcp.wrong_audience': {
    status: 401,
    owner: 'caller',
    title: 'The API key belongs to another organization.',
    hint: 'Use a key of the organization whose name is in the URL.',
  },
  'mcp.connector_not_listed': {
    status: 403,
    owner: 'caller',
    title: 'The API key is not for this connector.',
    hint: 'Create a key that lists this connector, or ask an owner for one.',
  },
  'mcp.cancelled': {
    status: 499,
    owner: 'caller',
    title: 'The client hung up before the answer was ready.',
    hint: 'Nothing to do: hanging up cancels a call. Keep the connection open to get the answer.',
  },
} as const satisfies Record<string, ErrorSpec>;
