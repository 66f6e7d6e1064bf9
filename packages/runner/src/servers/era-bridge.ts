/** The 2026-07-28 face of a server that speaks only the 2025 revisions: what it asks during a call becomes an answer. */
import { isJsonObject, type JsonObject, type JsonValue } from '@patchbay/sandbox-protocol/inside';
import { runningCall } from '../calls/call-context.ts';
import { type BridgedCall, ParkedCalls } from '../calls/parked-calls.ts';
import type { CallAnswer, ConnectorServer } from '../calls/runner-call.ts';
import type { JsonRpcSession, RpcMessage, ServerRequest } from './json-rpc-session.ts';
import type { ServeOptions } from './serve-connector.ts';

type LegacyCall = Parameters<ConnectorServer['request']>[0];

/** Questions that come together are asked together. Milliseconds. */
const GATHER_MS = 5;
const CAPABILITY_OF: Readonly<Record<string, string>> = {
  'elicitation/create': 'elicitation',
  'sampling/createMessage': 'sampling',
  'roots/list': 'roots',
};

/** RFC 5424, as MCP has them. */
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

/** Every capability, because a session is for all callers; each call is held to its own. */
export const BRIDGE_CAPABILITIES: JsonObject = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {}, context: {} },
  roots: {},
};

export class EraBridge {
  readonly #session: JsonRpcSession;
  readonly #inCall: ServeOptions['inCall'];
  readonly #isProcess: boolean;
  readonly #calls = new Map<string, BridgedCall>();
  readonly #parked = new ParkedCalls((call) => this.#abandon(call));

  /** `isProcess`: the server runs in a process of its own, so that the call that its code runs in is unknown. */
  constructor(session: JsonRpcSession, { inCall, isProcess }: Pick<ServeOptions, 'inCall'> & { isProcess: boolean }) {
    this.#session = session;
    this.#inCall = inCall;
    this.#isProcess = isProcess;
    session.onrequest = (request) => this.#take(request);
    session.invocationOf = (id, message) => this.#invocationFor(this.#callOf(id), message);
  }

  request(call: LegacyCall): Promise<CallAnswer> {
    const { requestState } = call.params;
    return typeof requestState === 'string' ? this.#resume(call, requestState) : this.#begin(call);
  }

  cancel(invocationId: string): void {
    for (const call of this.#calls.values()) {
      if (call.invocation?.id === invocationId) this.#abandon(call);
    }
  }

  #begin({ id, method, params, context }: LegacyCall): Promise<CallAnswer> {
    return new Promise((resolve) => {
      this.#inCall(id, () => {
        const call: BridgedCall = {
          id,
          owner: ownerOf({ method, params, context }),
          capabilities: context?.capabilities ?? {},
          logLevel: context?.logLevel ?? null,
          context: runningCall(),
          questions: new Map(),
          invocation: { id, resolve },
        };
        this.#calls.set(id, call);
        const { inputResponses: _none, ...given } = params;
        const meta = isJsonObject(params._meta) ? params._meta : {};
        const sent = { ...given, _meta: { ...meta, ...context?.trace, progressToken: id } };
        void this.#session.request(id, method, sent).then((answer) => this.#end(call, answer));
      });
    });
  }

  #resume(again: LegacyCall, state: string): Promise<CallAnswer> {
    const call = this.#parked.take(state, ownerOf(again));
    if (!call) return Promise.resolve(lost(again));
    return new Promise((resolve) => {
      call.invocation = { id: again.id, resolve };
      if (call.ended) return this.#end(call, call.ended);
      this.#inCall(again.id, () => {
        const now = runningCall();
        if (call.context && now) call.context.continuedAs = now;
      });
      const responses = isJsonObject(again.params.inputResponses) ? again.params.inputResponses : {};
      for (const [name, question] of [...call.questions]) {
        const response = Object.hasOwn(responses, name) ? responses[name] : undefined;
        if (response === undefined) continue;
        call.questions.delete(name);
        this.#session.answer(question.id, { result: response });
      }
      if (call.questions.size > 0) this.#ask(call);
    });
  }

  /** A request of the server's: for the call it names, or the call whose code sent it. */
  #take(request: ServerRequest): void {
    const { id, method, relatedRequestId } = request;
    if (method === 'ping') {
      queueMicrotask(() => this.#session.answer(id, { result: {} }));
      return;
    }
    const call = this.#callOf(typeof relatedRequestId === 'string' ? relatedRequestId : undefined);
    const capability = CAPABILITY_OF[method];
    const refusal = !call
      ? `${method} is only possible during a call${this.#calls.size > 1 ? ', and it is not known which of several' : ''}.`
      : capability === undefined || !Object.hasOwn(call.capabilities, capability)
        ? `The client of this call does not support ${method}.`
        : null;
    if (!call || refusal !== null) {
      const error = { code: -32601, message: refusal ?? method };
      queueMicrotask(() => this.#session.answer(id, { error }));
      return;
    }
    call.questions.set(`question-${call.questions.size + 1}-${String(id)}`, request);
    this.#ask(call);
  }

  /** Log lines only from the call's level on: this era's servers know one level for all clients. */
  #invocationFor(call: BridgedCall | undefined, { method, params }: RpcMessage): string | undefined {
    if (method !== 'notifications/message') return call?.invocation?.id;
    const wanted = LOG_LEVELS.indexOf(call?.logLevel ?? '');
    return wanted >= 0 && LOG_LEVELS.indexOf(String(params?.level)) >= wanted ? call?.invocation?.id : undefined;
  }

  /**
   * The call of a request: the named call, else the call whose code runs now, in any invocation. A process names none and
   * has no async context: there it is the only running call. With several it is none, because a question to the wrong
   * person is worse than none.
   */
  #callOf(id: string | undefined): BridgedCall | undefined {
    if (id !== undefined) return this.#calls.get(id);
    const calls = [...this.#calls.values()].filter(({ invocation }) => invocation !== null);
    if (this.#isProcess) return calls.length === 1 ? calls[0] : undefined;
    const now = runningCall();
    return calls.find(({ invocation }) => invocation?.id === now?.call.id);
  }

  #ask(call: BridgedCall): void {
    setTimeout(() => {
      const { invocation, questions } = call;
      if (!invocation || questions.size === 0) return;
      call.invocation = null;
      const inputRequests = Object.fromEntries(
        [...questions].map(([name, { method, params }]) => [name, { method, params: withoutMeta(params) }]),
      );
      const result = { resultType: 'input_required', inputRequests, requestState: this.#parked.park(call) };
      invocation.resolve({ result });
    }, GATHER_MS);
  }

  #end(call: BridgedCall, answer: CallAnswer): void {
    call.ended = answer;
    if (!call.invocation) return; // there is no waiting request now; the next one gets it
    this.#calls.delete(call.id);
    // Later revisions name the kind of every result; this one knows a single kind.
    const named = 'result' in answer && isJsonObject(answer.result);
    call.invocation.resolve(named ? { result: { resultType: 'complete', ...(answer.result as JsonObject) } } : answer); // just checked
  }

  #abandon(call: BridgedCall): void {
    this.#calls.delete(call.id);
    this.#session.cancel(call.id);
    for (const { id } of call.questions.values()) {
      this.#session.answer(id, { error: { code: -32603, message: 'There was no answer.' } });
    }
    call.questions.clear();
  }
}

/** The caller and the tool: a state is worthless for any other. */
function ownerOf({ method, params, context }: Pick<LegacyCall, 'method' | 'params' | 'context'>): string {
  const name: JsonValue = params.name ?? params.uri ?? null;
  return JSON.stringify([context?.user?.id ?? null, method, name]);
}

function lost({ method }: LegacyCall): CallAnswer {
  const message = 'The call these answers belong to is not waiting any more. Call again from the start.';
  if (method === 'tools/call') return { result: { content: [{ type: 'text', text: message }], isError: true } };
  return { error: { code: -32602, message } };
}

function withoutMeta({ _meta, ...params }: Record<string, unknown>): Record<string, unknown> {
  return params;
}
