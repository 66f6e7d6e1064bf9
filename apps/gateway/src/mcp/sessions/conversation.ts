import { randomUUID } from 'node:crypto';
import type { McpStreamKey, McpStreamSubject } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import {
  isJsonObject,
  type JsonObject,
  objectAt,
  own,
  RPC_CODES,
  type RpcId,
  requestMessage,
  stringAt,
} from '@patchbay/mcp';
import type { TokenSigner } from '@patchbay/vault';
import type { StreamPermits } from '../../limits/stream-permits.ts';
import { missingCapability } from '../call/input-requests.ts';
import type { Call, CallReply, Conversation } from '../context/call.ts';
import type { Principal } from '../context/principal.ts';
import type { AnswerStream } from '../stream/answer-stream.ts';
import { writeEventId } from './event-id.ts';
import type { SessionClaims } from './session-id.ts';
import type { SessionSignals } from './session-signals.ts';
import { EXTEND_EVERY_MS, type SessionStore } from './session-store.ts';

export interface ConversationDeps {
  readonly store: SessionStore;
  readonly signer: TokenSigner;
  readonly signals: SessionSignals;
  /** For calls that wait for a person: they hold no permit of a sandbox meanwhile, and must not be without number. */
  readonly parked: StreamPermits;
  /** Called with an error after an answer that was sent all the same. */
  onError(error: unknown): void;
}

export interface ConversationPart {
  readonly claims: SessionClaims;
  /** The client's id of the call. */
  readonly requestId: RpcId;
  readonly subject: McpStreamSubject;
  readonly principal: Principal;
  readonly stream: AnswerStream;
  readonly signal: AbortSignal;
}

/** How long a request waits for its person. */
const ANSWER_WITHIN_MS = STREAM_LIMITS.questionAnswer.value;
const ROUNDS_MAX = STREAM_LIMITS.questionRounds.value;
const INPUT_REQUESTS_MAX = STREAM_LIMITS.questionsAtOnce.value;
const LOOK_EVERY_MS = 2_000;
/**
 * After how long a client that lost the stream comes back. The SDKs' clients try twice by default and wait this long
 * before each attempt, so a gateway may be away for twice as long before they give up on the call.
 */
export const RETRY_AFTER_LOSS_MS = 8_000;
/** After how long a client comes back to a stream that was ended on purpose: this gateway is there. */
const RETRY_AFTER_LEAVING_MS = 1_000;
/** Earlier clients do not know events without data. @see SEP-1699 */
const PRIMING_SINCE = '2025-11-25';

/**
 * One call of a 2025 session. The sandbox's `input_required` results become requests on the call's own stream; the
 * client POSTs its answers, to any gateway; the call is repeated inside with them.
 */
export class SessionConversation implements Conversation {
  readonly #deps: ConversationDeps;
  readonly #part: ConversationPart;
  #kept: Promise<McpStreamKey> | undefined;
  #extending: NodeJS.Timeout | undefined;
  #isClosed = false;
  #sequence = 0;

  constructor(deps: ConversationDeps, part: ConversationPart) {
    this.#deps = deps;
    this.#part = part;
    // A stream is worth a row: its client may lose the connection without losing the answer. One that lasts is opened by
    // its first keep-alive. Without an event id the SDKs' clients wait for their time-out when a stream breaks.
    if (this.#primes) part.stream.onceOpen(() => void this.#keepStream().catch(deps.onError));
  }

  async hold(call: Call, callTool: (call: Call) => Promise<CallReply>): Promise<CallReply> {
    const { claims, stream } = this.#part;
    let current = call;
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const reply = await callTool(current);
      // The server object itself refused to ask; this era has no such error, and its model should know.
      if (reply.kind === 'error' && reply.error.code === RPC_CODES.missingCapability) {
        throw new AppError('mcp.client_cannot_answer', { detail: reply.error.message });
      }
      if (reply.kind !== 'input_required') return reply;
      const responses = await this.#ask(inputRequestsOf(reply, claims.capabilities, stream.mayStream));
      current = repeated(call, responses, own(reply.result, 'requestState'));
    }
    throw new AppError('mcp.client_cannot_answer', { detail: `The tool asked more than ${ROUNDS_MAX} times.` });
  }

  async keep(message: object): Promise<string | undefined> {
    if (!this.#kept) return undefined;
    const { store, signals, onError } = this.#deps;
    const { claims } = this.#part;
    try {
      const key = await this.#kept;
      this.#sequence += 1;
      const event = { sequence: this.#sequence, text: JSON.stringify(message), last: true };
      await store.append(claims, key, event);
      signals.wake(claims);
      return this.#eventId(key);
    } catch (error) {
      onError(error);
      return undefined;
    }
  }

  leave(): void {
    const { stream } = this.#part;
    if (!stream.mayStream || !this.#primes) return;
    this.#keepStream().then((key) => {
      stream.prime(this.#eventId(key), RETRY_AFTER_LEAVING_MS);
      stream.leave();
    }, this.#deps.onError);
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#extending);
  }

  get #primes(): boolean {
    return this.#part.claims.revision >= PRIMING_SINCE;
  }

  /** Id of the last event that was sent. */
  #eventId({ id: streamId }: McpStreamKey): string {
    const position = { kind: 'call', streamId, sequence: this.#sequence } as const;
    return writeEventId(this.#deps.signer, this.#part.claims, position);
  }

  /** Gives the stream a row, once, before anything is sent on it. */
  #keepStream(): Promise<McpStreamKey> {
    const { store } = this.#deps;
    const { claims, requestId, subject } = this.#part;
    this.#kept ??= store.openStream(claims, requestId, subject).then((key) => {
      if (this.#primes) this.#part.stream.prime(this.#eventId(key), RETRY_AFTER_LOSS_MS);
      if (!this.#isClosed) this.#extending = setInterval(() => this.#extend(key), EXTEND_EVERY_MS);
      return key;
    });
    return this.#kept;
  }

  #extend(key: McpStreamKey): void {
    const { store, onError } = this.#deps;
    void store.extendStream(this.#part.claims, key).catch(onError);
  }

  /** Sends the requests and waits for their responses, in a slot for calls that wait for a person. */
  async #ask(requests: readonly InputRequest[]): Promise<JsonObject> {
    const { store, parked } = this.#deps;
    const { claims, stream, principal } = this.#part;
    const releasePermit = parked.take(principal);
    try {
      const key = await this.#keepStream();
      for (const { id, method, params } of requests) {
        this.#sequence += 1;
        const message = requestMessage(id, method, params);
        const event = { sequence: this.#sequence, text: JSON.stringify(message), questionId: id };
        await store.append(claims, key, event);
        stream.send(message, this.#eventId(key));
      }
      const answers = await this.#waitForAnswers(requests.map(({ id }) => id));
      return Object.fromEntries(requests.map(({ id, name, method }) => [name, resultOf(method, answers.get(id))]));
    } finally {
      releasePermit();
    }
  }

  async #waitForAnswers(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const { store, signals } = this.#deps;
    const { claims, signal } = this.#part;
    const until = performance.now() + ANSWER_WITHIN_MS;
    const watch = signals.watch(claims);
    try {
      for (;;) {
        if (signal.aborted) throw new AppError('mcp.cancelled');
        const answers = await store.answers(claims, ids);
        if (answers.size === ids.length) return answers;
        if (performance.now() > until) throw new AppError('mcp.client_silent');
        // A wake-up can get lost: without one the next look finds what came.
        await watch.next(LOOK_EVERY_MS, signal);
      }
    } finally {
      watch.end();
    }
  }
}

/** One request that a connector wants its client to answer. */
interface InputRequest {
  readonly id: string;
  /** Under which the connector expects the answer. */
  readonly name: string;
  readonly method: string;
  readonly params: JsonObject;
}

/** @throws AppError mcp.client_cannot_answer when the client did not declare what is asked of it */
function inputRequestsOf(reply: CallReply & { kind: 'input_required' }, capabilities: JsonObject, mayStream: boolean) {
  const asked = Object.entries(objectAt(reply.result, 'inputRequests') ?? {});
  if (asked.length > INPUT_REQUESTS_MAX) {
    throw new AppError('mcp.client_cannot_answer', { detail: `The tool asked ${asked.length} things at once.` });
  }
  return asked.map(([name, request]): InputRequest => {
    const method = isJsonObject(request) ? stringAt(request, 'method') : undefined;
    const params = (isJsonObject(request) ? objectAt(request, 'params') : undefined) ?? {};
    if (method === undefined || !mayStream || missingCapability(method, params, capabilities) !== null) {
      throw new AppError('mcp.client_cannot_answer', {
        detail: `The tool needs ${method ?? 'an answer'} from the client, which it cannot give.`,
        data: { method },
      });
    }
    return { id: randomUUID(), name, method, params };
  });
}

/** @throws AppError mcp.client_refused when the client answered with an error */
function resultOf(method: string, text: string | undefined): JsonObject {
  const answer: unknown = JSON.parse(text ?? '{}');
  const result = isJsonObject(answer) ? objectAt(answer, 'result') : undefined;
  if (result !== undefined) return result;
  const reason = isJsonObject(answer) ? stringAt(objectAt(answer, 'error'), 'message') : undefined;
  throw new AppError('mcp.client_refused', {
    detail: `The client answered ${method} with an error: ${reason ?? 'no reason given'}`,
  });
}

function repeated(call: Call, inputResponses: JsonObject, requestState: unknown): Call {
  const { inputResponses: _before, requestState: _state, ...params } = call.request.params;
  const next: JsonObject = { ...params, inputResponses };
  if (typeof requestState === 'string') next.requestState = requestState;
  return { ...call, request: { ...call.request, params: next } };
}
