import type { JsonObject } from '../payloads/json.ts';

/** Where the time of one invocation went, in milliseconds. */
export interface InvocationTimings {
  readonly queueMs: number;
  readonly startMs: number;
  readonly sandboxMs: number;
  readonly egressMs: number;
  /** Whether this invocation had to start its sandbox. */
  readonly cold: boolean;
}

/** The result from the connector. Failures of the platform or of the process reject with an AppError instead. */
export type InvocationOutcome =
  | { readonly kind: 'complete'; readonly result: JsonObject; readonly timings: InvocationTimings }
  | { readonly kind: 'input_required'; readonly result: JsonObject; readonly timings: InvocationTimings }
  | { readonly kind: 'error'; readonly error: RpcError; readonly timings: InvocationTimings };

/** The JSON-RPC error a connector answered. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** The connector lets the client's stream go and answers later (SEP-1699): a hint, of no meaning without a session. */
export const LEAVE_STREAM_METHOD = 'com.patchbay/leave_stream';

/** A progress or log notification of one invocation, while it runs. */
export interface InvocationNotification {
  readonly method: string;
  readonly params: JsonObject;
}
