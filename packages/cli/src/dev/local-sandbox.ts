import type { InvocationMethod, InvocationOutcome, JsonObject } from '@patchbay/sandbox-protocol';

/** One request as it reaches the sandbox. */
export interface LocalRequest {
  readonly method: InvocationMethod;
  readonly params: JsonObject;
  readonly client: { readonly name: string; readonly version: string | null } | null;
  readonly capabilities: JsonObject;
  readonly logLevel?: string | undefined;
  readonly signal: AbortSignal;
  onNotification(notification: { readonly method: string; readonly params: JsonObject }): void;
}

/** A tool as the connector lists it: its annotations and `_meta` decide effect and deadline of a call. */
export type ListedTool = JsonObject & { readonly name: string };

/** The part of the connector's manifest that serving it locally needs. */
export interface LocalManifest {
  readonly server: {
    readonly name: string;
    readonly title: string | null;
    readonly version: string;
    readonly instructions: string | null;
  };
  readonly capabilities: JsonObject;
  readonly tools: readonly ListedTool[];
}

/** The connector that runs now; another one after a reload, behind the same object. */
export interface LocalSandbox {
  readonly manifest: LocalManifest;
  /** @throws AppError `sandbox.*` when no answer of the connector came */
  request(request: LocalRequest): Promise<InvocationOutcome>;
}
