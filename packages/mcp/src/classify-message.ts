import { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';
import { ASSUMED_LEGACY_REVISION, type Era, MODERN_REVISION, SUPPORTED_REVISIONS } from './revisions.ts';
import { fault, headerMismatch, RPC_CODES, type RpcFault, type RpcId, unsupportedRevision } from './rpc-errors.ts';

export const META = {
  protocolVersion: 'io.modelcontextprotocol/protocolVersion',
  clientCapabilities: 'io.modelcontextprotocol/clientCapabilities',
  clientInfo: 'io.modelcontextprotocol/clientInfo',
  logLevel: 'io.modelcontextprotocol/logLevel',
  serverInfo: 'io.modelcontextprotocol/serverInfo',
  subscriptionId: 'io.modelcontextprotocol/subscriptionId',
} as const;

/** The headers that mirror the body, as received; undefined when absent. */
export interface MirrorHeaders {
  readonly protocolVersion: string | undefined;
  readonly method: string | undefined;
  readonly name: string | undefined;
}

export interface McpRequest {
  readonly kind: 'request';
  readonly era: Era;
  readonly revision: string;
  readonly id: RpcId;
  readonly method: string;
  readonly params: JsonObject;
  readonly meta: JsonObject;
  /** The name of the request's subject, such as a tool or a resource URI; undefined for methods without one. */
  readonly name: string | undefined;
}

export interface McpNotification {
  readonly kind: 'notification';
  readonly era: Era;
  readonly method: string;
  readonly params: JsonObject;
}

/** A client's answer to a request of ours. Only sessions have those. */
export interface McpResponse {
  readonly kind: 'response';
  readonly id: RpcId;
  /** The member `result` or `error`, as the client sent it. */
  readonly answer: JsonObject;
}

export type Classification = McpRequest | McpNotification | McpResponse | RpcFault;

/**
 * Classifies a parsed body: era, method, name and id, or the fault to answer. Decided by the body; the headers only
 * have to agree with it. Never throws for any value.
 *
 * @param nameMembers the member of `params` that names the subject of a request, by method
 */
export function classifyMessage(
  value: JsonValue,
  headers: MirrorHeaders,
  nameMembers: Readonly<Record<string, string>>,
): Classification {
  if (!isJsonObject(value))
    return invalid(Array.isArray(value) ? 'batches are not supported' : 'not a JSON-RPC message');
  if (own(value, 'jsonrpc') !== '2.0') return invalid('jsonrpc must be "2.0"', readId(value));
  const method = own(value, 'method');
  if (method === undefined) return classifyResponse(value, headers);
  if (typeof method !== 'string') return invalid('method must be a string', readId(value));
  const params = own(value, 'params') ?? {};
  if (!isJsonObject(params)) return invalid('params must be an object', readId(value));
  if (!Object.hasOwn(value, 'id')) return classifyNotification(method, params, headers);
  const id = readId(value);
  if (id === null) return invalid('id must be a string or an integer');
  const member = Object.hasOwn(nameMembers, method) ? nameMembers[method] : undefined;
  const name = member === undefined ? undefined : stringAt(params, member);
  return classifyRequest({ id, method, params, name }, headers);
}

function classifyResponse(value: JsonObject, headers: MirrorHeaders): Classification {
  const id = readId(value);
  const answers = Object.hasOwn(value, 'result') !== Object.hasOwn(value, 'error');
  if (!answers || id === null) return invalid('neither a request nor an answer', id);
  const header = trimmed(headers.protocolVersion);
  // 2026-07-28 basic/transports/streamable-http: clients must not send responses.
  if (header === MODERN_REVISION) return invalid('this revision asks clients nothing that they could answer', id);
  if (isUnknown(header)) return unsupportedRevision(id, header);
  const member = Object.hasOwn(value, 'result') ? 'result' : 'error';
  return { kind: 'response', id, answer: { [member]: own(value, member) ?? null } };
}

function classifyNotification(method: string, params: JsonObject, headers: MirrorHeaders): Classification {
  const claimed = stringAt(objectAt(params, '_meta'), META.protocolVersion);
  const header = trimmed(headers.protocolVersion);
  if (claimed !== undefined && header !== undefined && claimed !== header) {
    return headerMismatch(null, 'MCP-Protocol-Version', `the body names ${claimed}, the header ${header}`);
  }
  const revision = claimed ?? header;
  if (isUnknown(revision)) return unsupportedRevision(null, revision);
  const era: Era = revision === MODERN_REVISION ? 'modern' : 'legacy';
  if (era === 'modern' && headers.method !== undefined && trimmed(headers.method) !== method) {
    return headerMismatch(null, 'Mcp-Method', `the body names ${method}`);
  }
  return { kind: 'notification', era, method, params };
}

type NamedRequest = Pick<McpRequest, 'id' | 'method' | 'params' | 'name'>;

function classifyRequest(call: NamedRequest, headers: MirrorHeaders): Classification {
  const meta = objectAt(call.params, '_meta') ?? {};
  const header = trimmed(headers.protocolVersion);
  if (!Object.hasOwn(meta, META.protocolVersion)) {
    if (header === MODERN_REVISION) {
      return call.method === 'initialize'
        ? headerMismatch(call.id, 'MCP-Protocol-Version', 'initialize belongs to an earlier revision')
        : missingEnvelope(call.id, META.protocolVersion);
    }
    // `initialize` negotiates in its body: the version header is not binding yet.
    if (isUnknown(header) && call.method !== 'initialize') return unsupportedRevision(call.id, header);
    return request(call, meta, 'legacy', header ?? ASSUMED_LEGACY_REVISION);
  }
  const claimed = stringAt(meta, META.protocolVersion);
  if (claimed === undefined) return missingEnvelope(call.id, META.protocolVersion);
  if (header !== undefined && header !== claimed) {
    return headerMismatch(call.id, 'MCP-Protocol-Version', `the body names ${claimed}, the header ${header}`);
  }
  if (claimed !== MODERN_REVISION) return unsupportedRevision(call.id, claimed);
  if (objectAt(meta, META.clientCapabilities) === undefined) return missingEnvelope(call.id, META.clientCapabilities);
  return request(call, meta, 'modern', claimed);
}

function request(call: NamedRequest, meta: JsonObject, era: Era, revision: string): McpRequest {
  return { kind: 'request', era, revision, ...call, meta };
}

function missingEnvelope(id: RpcId, key: string): RpcFault {
  const message = `Invalid params: _meta["${key}"] is missing or has the wrong type`;
  return fault(400, RPC_CODES.invalidParams, message, { id, data: { missing: [key] } });
}

function invalid(why: string, id: RpcId | null = null): RpcFault {
  return fault(400, RPC_CODES.invalidRequest, `Invalid request: ${why}`, { id });
}

function readId(value: JsonObject): RpcId | null {
  const id = own(value, 'id');
  if (typeof id === 'string') return id;
  return typeof id === 'number' && Number.isSafeInteger(id) ? id : null;
}

function isUnknown(revision: string | undefined): revision is string {
  return revision !== undefined && !SUPPORTED_REVISIONS.includes(revision);
}

/** Without RFC 9110 optional whitespace. */
function trimmed(value: string | undefined): string | undefined {
  return value?.replace(/^[ \t]+|[ \t]+$/g, '');
}
