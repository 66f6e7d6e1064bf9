import type { JsonObject } from './json.ts';
import type { RpcFault, RpcId } from './rpc-errors.ts';

export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export function resultMessage(id: RpcId, result: JsonObject) {
  return { jsonrpc: '2.0', id, result } as const;
}

export function errorMessage(id: RpcId | null, error: RpcError) {
  const { code, message, data } = error;
  return { jsonrpc: '2.0', id, error: data === undefined ? { code, message } : { code, message, data } } as const;
}

export function faultMessage(fault: RpcFault) {
  return errorMessage(fault.id, fault);
}

export function notificationMessage(method: string, params: JsonObject) {
  return { jsonrpc: '2.0', method, params } as const;
}

/** A request of the server's, as only sessions of 2025 know them. */
export function requestMessage(id: RpcId, method: string, params: JsonObject) {
  return { jsonrpc: '2.0', id, method, params } as const;
}

/**
 * One server-sent event. JSON text holds no line break, so a connector's text cannot forge a second event.
 * `eventId` lets the client come back to this place.
 */
export function sseEvent(message: unknown, eventId?: string): string {
  const id = eventId === undefined ? '' : `id: ${eventId}\n`;
  return `${id}event: message\ndata: ${JSON.stringify(message)}\n\n`;
}

/** An event without data: where the stream can be resumed, and after how long. @see SEP-1699 */
export function ssePriming(eventId: string, retryMs: number): string {
  return `id: ${eventId}\nretry: ${retryMs}\ndata: \n\n`;
}

/** Keeps idle connections open; clients ignore it. */
export const SSE_KEEP_ALIVE = ': keep-alive\n\n';
