import type { JsonObject, RunnerCall, RunnerCallContext } from '@patchbay/sandbox-protocol/inside';

/** The supervisor's one-time assignment of this process. The artifact's bytes follow in the same frame. */
export interface Assignment {
  readonly secrets: Readonly<Record<string, string>>;
}

/** A JSON-RPC error. */
export interface CallError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export type CallAnswer = { readonly result: unknown } | { readonly error: CallError };

/** A connector that was loaded and answers calls, whichever SDK it was written with. */
export interface ConnectorServer {
  readonly sdk: 'connector' | 'v2' | 'v1';
  /** The result of `initialize` or `server/discover`. */
  readonly identity: {
    readonly serverInfo: JsonObject;
    readonly capabilities: JsonObject;
    readonly instructions: string | null;
  };
  /** Grows when the server notifies that its tools changed. */
  toolsRevision(): number;
  request(call: Pick<RunnerCall, 'id' | 'method' | 'params'> & { context?: RunnerCallContext }): Promise<CallAnswer>;
  /** Subscribes to the changes of these resources, where the server requires that. */
  follow(uris: readonly string[]): Promise<void>;
  /** Aborts the signal of a call; its answer is dropped by the caller. */
  cancel(id: string): void;
}
