import type { ClientPlan } from './configuration.ts';

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

function modernCall(params: Call): Request {
  const call = modernRequest('tools/call', params);
  return { ...call, headers: { ...call.headers, 'mcp-name': params.name } };
}

/** The same from a client of 2025, inside a session where the server has them. */
export function legacyCall(session: boolean): Request {
  return { session, headers: {}, message: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: PARAMS } };
}

/** The delay before the echo's answer, as in a tool that asks an upstream service. Milliseconds. */
export const SLOW_MS = 200;
const SLOW: Call = { name: 'wait', arguments: { ms: SLOW_MS } };

/** A text of this many bytes there and the same back. */
export function echoing<R extends Request>(request: R, bytes: number): R {
  const text = 'The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(bytes / 45)).slice(0, bytes);
  return calling(request, { name: TOOL, arguments: { text } });
}

/** A small call that a text of this many bytes answers: what one caller may send in a second is limited, answers are not. */
export function filling<R extends Request>(request: R, bytes: number): R {
  return calling(request, { name: 'fill', arguments: { bytes } });
}

/** The same request for the slow tool. */
export function slowly<R extends Request>(request: R): R {
  return calling(request, SLOW);
}

interface Call {
  readonly name: string;
  readonly arguments: object;
}

/** The request with another call in it, whose name a header repeats where the protocol has one. */
function calling<R extends Request>(request: R, call: Call): R {
  const { headers, message } = request;
  const named = 'mcp-name' in headers ? { ...headers, 'mcp-name': call.name } : headers;
  const params = 'params' in message && typeof message.params === 'object' ? message.params : {};
  return { ...request, headers: named, message: { ...message, params: { ...params, ...call } } };
}

export const LEGACY_INITIALIZE: Request = {
  session: false,
  headers: {},
  message: {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
  },
};
