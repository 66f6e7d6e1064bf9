import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import type { McpRequest, MirrorHeaders } from './classify-message.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';
import { headerMismatch, type RpcFault } from './rpc-errors.ts';

/**
 * Whether the mirrored headers of a 2026-07-28 request agree with its body. An intermediary may have routed or limited
 * by them, so a disagreement is a confused deputy and refused: 400, -32020. Legacy requests have no such headers.
 *
 * @returns the fault to answer, or null when they agree
 * @see SEP-2243, "Standard Request Headers"
 */
export function checkMirrorHeaders(request: McpRequest, headers: MirrorHeaders): RpcFault | null {
  if (request.era !== 'modern') return null;
  if (headers.protocolVersion === undefined) return absent(request, 'MCP-Protocol-Version');
  if (headers.method === undefined) return absent(request, 'Mcp-Method');
  if (trimOws(headers.method) !== request.method) {
    return headerMismatch(request.id, 'Mcp-Method', `the body names ${request.method}`);
  }
  if (request.name === undefined) return null;
  if (headers.name === undefined) return absent(request, 'Mcp-Name');
  const name = decodeHeaderValue(headers.name);
  if (name === null) return headerMismatch(request.id, 'Mcp-Name', 'it is neither plain ASCII nor valid Base64');
  return name === request.name ? null : headerMismatch(request.id, 'Mcp-Name', 'the body names something else');
}

/**
 * The same for `Mcp-Param-*`: parameters a tool's schema marks with `x-mcp-header`. A marked argument that the body
 * carries must be mirrored; integers compare as numbers, everything else as text. An absent or null one is not
 * expected, and its header would carry a value that the request does not have.
 *
 * @see 2026-07-28 basic/transports/streamable-http, "Server Behavior for Custom Headers"
 */
export function checkParamHeaders(
  request: McpRequest,
  inputSchema: JsonObject | undefined,
  header: (name: string) => string | undefined,
): RpcFault | null {
  if (request.era !== 'modern') return null;
  const args = objectAt(request.params, 'arguments') ?? {};
  for (const param of markedParams(inputSchema)) {
    const value = valueAt(args, param.path) ?? null;
    const name = `Mcp-Param-${param.header}`;
    const received = header(name);
    // Other values have no form in a header; the runner refuses them by the schema.
    const isMirrored = value !== null && typeof value !== 'object';
    if (received === undefined && !isMirrored) continue;
    if (received === undefined) return absent(request, name);
    const decoded = decodeHeaderValue(received);
    if (decoded === null) return headerMismatch(request.id, name, 'it is neither plain ASCII nor valid Base64');
    if (!isMirrored || !sameValue(value, decoded)) {
      return headerMismatch(request.id, name, 'the body carries something else');
    }
  }
  return null;
}

function sameValue(value: JsonValue, decoded: string): boolean {
  if (typeof value === 'number' && /^-?\d+(\.0+)?$/.test(decoded)) return Number(decoded) === value;
  return decoded === String(value);
}

/** Depth of schema that is looked at; deploy refuses deeper ones, so nothing is lost. */
const SCHEMA_DEPTH_MAX = DEPLOY_LIMITS.schemaDepth.value;

function markedParams(
  schema: JsonObject | undefined,
  path: readonly string[] = [],
): { path: readonly string[]; header: string }[] {
  const properties = objectAt(schema, 'properties');
  if (properties === undefined || path.length > SCHEMA_DEPTH_MAX) return [];
  return Object.entries(properties).flatMap(([key, property]) => {
    if (!isJsonObject(property)) return [];
    const header = stringAt(property, 'x-mcp-header');
    const here = [...path, key];
    return header === undefined ? markedParams(property, here) : [{ path: here, header }];
  });
}

function valueAt(root: JsonObject, path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = root;
  for (const key of path) node = isJsonObject(node) ? own(node, key) : undefined;
  return node;
}

function absent(request: McpRequest, header: string): RpcFault {
  return headerMismatch(request.id, header, `the header ${header} is required`);
}

function trimOws(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '');
}

/** A header value as the body would spell it: ASCII, or `=?base64?…?=` of UTF-8 in canonical Base64. Null when it is neither. */
function decodeHeaderValue(raw: string): string | null {
  const value = trimOws(raw);
  if (!/^[\t\x20-\x7e]*$/.test(value)) return null;
  if (!value.startsWith('=?base64?') || !value.endsWith('?=')) return value;
  const encoded = value.slice('=?base64?'.length, -2);
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(encoded)) return null;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
