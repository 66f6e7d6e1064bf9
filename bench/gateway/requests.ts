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
export const MODERN_CALL: Request = modernCall(PARAMS);

function modernCall(params: typeof PARAMS | typeof SLOW): Request {
  const call = modernRequest('tools/call', params);
  return { ...call, headers: { ...call.headers, 'mcp-name': params.name } };
}

/** The same from a client of 2025, inside a session where the server has them. */
export function legacyCall(session: boolean): Request {
  return { session, headers: {}, message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: PARAMS } };
}

/** What the echo answers after a while, as a tool that asks an upstream service does. Milliseconds. */
export const SLOW_MS = 200;
const SLOW = { name: 'wait', arguments: { ms: SLOW_MS } };

/** Payloads by name: bytes of the text that goes there and comes back. */
export const PAYLOADS = { '50 B': 50, '10 KB': 10_000, '1 MB': 1_000_000 } as const;
export type PayloadName = keyof typeof PAYLOADS;

/** The same request with a text of this many bytes, which no part of the way can compress or share. */
export function withPayload<R extends Request>(request: R, bytes: number): R {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(bytes / 45)).slice(0, bytes);
  return { ...request, message: withCall(request.message, { name: TOOL, arguments: { text } }) };
}

/** The same request for the slow tool. */
export function slowly<R extends Request>(request: R): R {
  const named = 'mcp-name' in request.headers ? { headers: { ...request.headers, 'mcp-name': SLOW.name } } : {};
  return { ...request, ...named, message: withCall(request.message, SLOW) };
}

function withCall(message: object, call: typeof PARAMS | typeof SLOW): object {
  const params = 'params' in message && typeof message.params === 'object' ? message.params : {};
  return { ...message, params: { ...params, ...call } };
}

export const LEGACY_INITIALIZE: Request = {
  session: false,
  headers: {},
  message: {
    ...{ jsonrpc: '2.0', id: 1, method: 'initialize' },
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  },
};
