/** Requests and answers of JSON-RPC over an in-process transport to one server object. */
import { isConnectorEventMethod, LEAVE_STREAM_METHOD, RUNNER_FRAMES } from '@patchbay/sandbox-protocol/inside';
import type { CallAnswer, CallError } from '../calls/runner-call.ts';
import type { HostLink } from '../host-link.ts';

export interface RpcMessage {
  readonly jsonrpc: '2.0';
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: CallError;
}

/** A request the server sends in the middle of a call. */
export interface ServerRequest {
  readonly id: string | number;
  readonly method: string;
  readonly params: Record<string, unknown>;
  /** The request it was sent for, where the server names it. */
  readonly relatedRequestId: string | number | undefined;
}

/** The transport both SDKs connect to, and the caller's side of it. */
export class JsonRpcSession {
  onmessage: ((message: RpcMessage, extra?: unknown) => void) | undefined;
  onclose: (() => void) | undefined;
  onerror: ((error: Error) => void) | undefined;
  readonly sessionId = undefined;
  /** Takes requests of the server's own; without it they are refused. */
  onrequest: ((request: ServerRequest) => void) | undefined;
  /** Under which invocation a notification goes out, from the request it names; undefined drops it. */
  invocationOf: (requestId: string | undefined, message: RpcMessage) => string | undefined = (id) =>
    id !== undefined && this.#waiting.has(id) ? id : undefined;
  /** Grows when the server notifies that its tools changed. */
  toolsRevision = 0;
  readonly #link: HostLink;
  readonly #waiting = new Map<string | number, (answer: CallAnswer) => void>();

  constructor(link: HostLink) {
    this.#link = link;
  }

  async start(): Promise<void> {}
  async close(): Promise<void> {
    this.onclose?.();
  }
  setProtocolVersion(): void {}

  /** A message of the server: an answer, a notification, or a request of its own. */
  async send(message: RpcMessage, options?: { relatedRequestId?: string | number }): Promise<void> {
    if (message.method === undefined) {
      const { id } = message;
      if (id === undefined) return;
      this.#waiting.get(id)?.(message.error ? { error: message.error } : { result: message.result });
      this.#waiting.delete(id);
    } else if (message.id !== undefined) {
      const { id } = message;
      const { relatedRequestId } = options ?? {};
      if (this.onrequest) {
        this.onrequest({ id, method: message.method, params: message.params ?? {}, relatedRequestId });
        return;
      }
      const error = { code: -32601, message: `${message.method} is not available to a hosted connector.` };
      queueMicrotask(() => this.answer(id, { error }));
    } else {
      this.#forward(message, options?.relatedRequestId);
    }
  }

  /** The SDKs' transport options for a handler: here, how to close the stream of its client. */
  extraOf(id: string): { closeSSEStream(): void } {
    const message: RpcMessage = { jsonrpc: '2.0', method: LEAVE_STREAM_METHOD };
    return { closeSSEStream: () => this.#forward(message, id) };
  }

  /** Sends a request and waits for its answer. */
  request(id: string, method: string, params: Record<string, unknown>): Promise<CallAnswer> {
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.onmessage?.({ jsonrpc: '2.0', id, method, params }, this.extraOf(id));
    });
  }

  notify(method: string, params: Record<string, unknown>): void {
    this.onmessage?.({ jsonrpc: '2.0', method, params });
  }

  /** Answers a request of the server's. */
  answer(id: string | number, answer: CallAnswer): void {
    this.onmessage?.({ jsonrpc: '2.0', id, ...answer });
  }

  cancel(id: string): void {
    if (this.#waiting.delete(id)) this.notify('notifications/cancelled', { requestId: id });
  }

  /** Passes on a change for all subscribers, and returns whether the message was one. */
  publish({ id, method, params }: RpcMessage): boolean {
    if (id !== undefined || !isConnectorEventMethod(method)) return false;
    if (method === 'notifications/tools/list_changed') this.toolsRevision += 1;
    this.#link.send(RUNNER_FRAMES.event, { method, uri: params?.uri });
    return true;
  }

  #forward(message: RpcMessage, relatedRequestId: string | number | undefined): void {
    if (this.publish(message)) return;
    const id = relatedRequestId ?? message.params?.progressToken;
    const invocation = this.invocationOf(typeof id === 'string' ? id : undefined, message);
    if (invocation === undefined) return; // belongs to no call that runs
    const { method, params = {} } = message;
    this.#link.send(RUNNER_FRAMES.notification, { id: invocation, method, params });
  }
}
