import type { ClientPlan } from './load-process.ts';

const TOOL = 'echo';
const PARAMS = { name: TOOL, arguments: { text: 'The quick brown fox jumps over the lazy dog.' } };
const META = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
};

type Request = Pick<ClientPlan, 'message' | 'headers' | 'session'>;

/** Any request as a client of 2026-07-28 sends it. */
export function modernRequest(method: string, params: object = {}): Request {
  return {
    session: false,
    headers: { 'mcp-protocol-version': '2026-07-28', 'mcp-method': method },
    message: { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } },
  };
}

/** The call that every configuration answers. */
export const MODERN_CALL: Request = (() => {
  const call = modernRequest('tools/call', PARAMS);
  return { ...call, headers: { ...call.headers, 'mcp-name': TOOL } };
})();

/** The same from a client of 2025, inside a session where the server has them. */
export function legacyCall(session: boolean): Request {
  return { session, headers: {}, message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: PARAMS } };
}

export const LEGACY_INITIALIZE: Request = {
  session: false,
  headers: {},
  message: {
    ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  },
};
