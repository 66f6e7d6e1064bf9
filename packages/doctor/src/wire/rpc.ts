import { type Exchange, isStream, type Wire } from './wire.ts';

export const MODERN = '2026-07-28';
export const LEGACY = '2025-11-25';
export type Revision = typeof MODERN | typeof LEGACY;

/** Claude's own in requests to MCP endpoints; rules of web firewalls look at it. */
const USER_AGENT = 'Claude-User';
const CLIENT = { name: 'patchbay-doctor', version: '0.1.0' };

export type Json = Readonly<Record<string, unknown>>;

export interface RpcRequest {
  readonly method: string;
  readonly params?: Json;
  readonly revision: Revision;
  readonly token?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Without an id, and without waiting for an answer. */
  readonly isNotification?: boolean;
  readonly timeoutMs?: number;
  readonly accept?: string;
  readonly userAgent?: string;
}

export interface RpcAnswer {
  readonly exchange: Exchange;
  /** The response with the id of the request; null where none came. */
  readonly message: { readonly result?: unknown; readonly error?: unknown } | null;
}

const ID = 1;

/** One message to an MCP endpoint, as both revisions have it over streamable HTTP. @throws WireFailure */
export async function callRpc(wire: Wire, endpoint: URL, request: RpcRequest): Promise<RpcAnswer> {
  const exchange = await wire.send(endpoint, {
    method: 'POST',
    headers: headersOf(request),
    body: JSON.stringify(bodyOf(request)),
    until: (text) => findMessage(text) !== null,
    ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
  });
  return { exchange, message: isStream(exchange) ? findMessage(exchange.text) : responseIn(exchange.text) };
}

function headersOf({ method, params, revision, token, sessionId, accept, userAgent }: RpcRequest) {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: accept ?? 'application/json, text/event-stream',
    'user-agent': userAgent ?? USER_AGENT,
  };
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (revision === MODERN) {
    headers['mcp-protocol-version'] = MODERN;
    headers['mcp-method'] = method;
    if (typeof params?.name === 'string') headers['mcp-name'] = params.name;
  } else if (method !== 'initialize') {
    headers['mcp-protocol-version'] = LEGACY;
    if (sessionId !== undefined) headers['mcp-session-id'] = sessionId;
  }
  return headers;
}

function bodyOf({ method, params, revision, isNotification }: RpcRequest): Json {
  const id = isNotification ? {} : { id: ID };
  if (revision === LEGACY) {
    const given = method === 'initialize' ? { protocolVersion: LEGACY, capabilities: {}, clientInfo: CLIENT } : params;
    return { jsonrpc: '2.0', ...id, method, ...(given && { params: given }) };
  }
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': CLIENT,
  };
  return { jsonrpc: '2.0', ...id, method, params: { ...params, _meta } };
}

/** The response among the events of a stream, also of one that was cut off in an event. */
function findMessage(text: string): RpcAnswer['message'] {
  for (const event of text.split(/\r?\n\r?\n/)) {
    const data = event
      .split(/\r?\n/)
      .filter((line) => line.startsWith('data:'))
      .map((line) => line.slice(5).trimStart())
      .join('\n');
    const found = data === '' ? null : responseIn(data);
    if (found !== null) return found;
  }
  return null;
}

function responseIn(text: string): RpcAnswer['message'] {
  const value = parseObject(text);
  return value !== null && value.jsonrpc === '2.0' && ('result' in value || 'error' in value) ? value : null;
}

/** A JSON object; null for everything else. */
export function parseObject(text: string): Json | null {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return null;
  }
}

export function asObject(value: unknown): Json | null {
  // Neither null nor a list: an object, whose members are all unknown.
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
}
