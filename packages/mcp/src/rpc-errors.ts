import type { JsonObject } from './json.ts';
import { SUPPORTED_REVISIONS } from './revisions.ts';

/** JSON-RPC codes on this wire. @see 2026-07-28 basic/index, "Error Codes" */
export const RPC_CODES = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  headerMismatch: -32020,
  missingCapability: -32021,
  unsupportedRevision: -32022,
  /** In 2025 only; later an unknown resource is `invalidParams`. */
  legacyResourceNotFound: -32002,
  /** In 2025-11-25 only; later a connector requests input with `input_required`. */
  legacyUrlElicitationRequired: -32042,
} as const;

/** A refusal decided by the protocol itself: what to answer and with which HTTP status. A value, never thrown. */
export interface RpcFault {
  readonly kind: 'fault';
  readonly httpStatus: number;
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
  /** The request's id where it could be read, so that the client can match the error. */
  readonly id: RpcId | null;
}

/** JSON-RPC ids on MCP: a string or an integer, never null. */
export type RpcId = string | number;

export function fault(
  httpStatus: number,
  code: number,
  message: string,
  rest: { id?: RpcId | null; data?: unknown } = {},
): RpcFault {
  const base = { kind: 'fault' as const, httpStatus, code, message, id: rest.id ?? null };
  return rest.data === undefined ? base : { ...base, data: rest.data };
}

export function headerMismatch(id: RpcId | null, header: string, explanation: string): RpcFault {
  return fault(400, RPC_CODES.headerMismatch, `The request's headers and body disagree: ${explanation}`, {
    id,
    data: { header },
  });
}

export function unsupportedRevision(id: RpcId | null, requested: string): RpcFault {
  return fault(400, RPC_CODES.unsupportedRevision, `Unsupported protocol version: ${requested}`, {
    id,
    data: { supported: SUPPORTED_REVISIONS, requested },
  });
}

/** 404 in the modern era; legacy clients expect 200, because Claude requests lists that a server does not declare. */
export function methodNotFound(id: RpcId, method: string, era: 'modern' | 'legacy'): RpcFault {
  return fault(era === 'modern' ? 404 : 200, RPC_CODES.methodNotFound, `Method not found: ${method}`, { id });
}

/** In-band; its code depends on the era. */
export function resourceNotFound(id: RpcId, uri: string, era: 'modern' | 'legacy'): RpcFault {
  const code = era === 'modern' ? RPC_CODES.invalidParams : RPC_CODES.legacyResourceNotFound;
  return fault(200, code, `Unknown resource: ${uri}`, { id, data: { uri } });
}

/** The connector needs what the client did not declare. @param required the capabilities, as a client declares them */
export function missingCapability(id: RpcId, required: JsonObject): RpcFault {
  const names = Object.keys(required).join(', ');
  return fault(400, RPC_CODES.missingCapability, `The client does not declare what the request needs: ${names}`, {
    id,
    data: { requiredCapabilities: required },
  });
}

/** In-band: an unknown tool, prompt or resource, or arguments of the wrong shape. */
export function invalidParams(id: RpcId, message: string, data?: unknown): RpcFault {
  return fault(200, RPC_CODES.invalidParams, message, { id, data });
}
