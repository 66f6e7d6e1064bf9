import type { Endpoint } from '@patchbay/domain/endpoints';
import type { JsonObject, ManifestView, McpRequest } from '@patchbay/mcp';
import type { InvocationContext, InvocationOutcome } from '@patchbay/sandbox-protocol';
import type { StepTimer } from '../../telemetry/step-timer.ts';
import type { ServedConnector } from './access.ts';
import type { Principal } from './principal.ts';

/** The part of a call that needs a session: its client can get input requests, and can come back for the answer. */
export interface Conversation {
  /** Makes the call, asking the client for what the connector wants to know in between. */
  hold(call: Call, callTool: (call: Call) => Promise<CallReply>): Promise<CallReply>;
  /** Keeps the answer for a client that lost the stream; the id of its event, or undefined when there is no need. */
  keep(message: object): Promise<string | undefined>;
  /** Lets the stream go before the answer: the client comes back for it. */
  leave(): void;
  close(): void;
}

/** The methods that run connector code. */
export type CallMethod = 'tools/call' | 'prompts/get' | 'resources/read' | 'completion/complete';

/**
 * One request that runs code of a connector, with all that its way needs: policy and limits read the caller, the sandbox
 * gets the request, the record gets what became of it.
 */
export interface Call {
  readonly endpoint: Endpoint;
  readonly manifest: ManifestView;
  readonly principal: Principal;
  /** Canonical path of the URL the request came to: the connector's own, or its organization's. */
  readonly resource: string;
  /** Revision of the organization's policies at the time of the access check. */
  readonly policyRevision: number;
  readonly requestId: string;
  readonly steps: StepTimer;
  /** Aborted when no client waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Sends a notification ahead of the answer, on this request's own stream. */
  notify(method: string, params: JsonObject): void;
  /** Adds header fields to the response, if they have not been sent yet. */
  addHeaders(headers: Readonly<Record<string, string>>): void;
  /** With a client of 2025 that opened a session; undefined without one. */
  readonly conversation?: Conversation;
  /** Its `params` are what policy rules on and what the sandbox gets. */
  readonly request: McpRequest;
  readonly method: CallMethod;
  /** Tool, prompt or resource URI; null for completions. */
  readonly name: string | null;
  /** The tool as the manifest of the version has it; null for everything that is not a tool. */
  readonly tool: JsonObject | null;
  readonly trace: InvocationContext['trace'];
}

/** The connector of a call, and the request as its own URL would have got it. */
export interface Target {
  readonly connector: ServedConnector;
  readonly request: McpRequest;
}

/** The result from the connector. Failures of platform or process are thrown instead. */
export type CallReply = InvocationOutcome;
