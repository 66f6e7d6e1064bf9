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
import type { StreamPlaces } from '../../limits/stream-places.ts';
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
  readonly parked: StreamPlaces;
  /** Told of what went wrong behind an answer that left all the same. */
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

/** How long a question waits for its person. */
const ANSWER_WITHIN_MS = STREAM_LIMITS.questionAnswer.value;
const ROUNDS_MAX = STREAM_LIMITS.questionRounds.value;
const QUESTIONS_MAX = STREAM_LIMITS.questionsAtOnce.value;
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
 * One call of a 2025 session. What the sandbox asks for by `input_required` becomes requests on the call's own stream;
 * the client POSTs its answers, to whichever gateway; the call is repeated inside with them.
 */
export function createConversation(deps: ConversationDeps, part: ConversationPart): Conversation {
  const { store, signer } = deps;
  const { claims, stream, signal } = part;
  let kept: Promise<McpStreamKey> | undefined;
  let extending: NodeJS.Timeout | undefined;
  let isClosed = false;
  let sequence = 0;

  const eventId = (key: McpStreamKey, at: number) =>
    writeEventId(signer, claims, { kind: 'call', streamId: key.id, sequence: at });
  const keepStream = (): Promise<McpStreamKey> => {
    kept ??= store.openStream(claims, part.requestId, part.subject).then((key) => {
      if (claims.revision >= PRIMING_SINCE) stream.prime(eventId(key, 0), RETRY_AFTER_LOSS_MS);
      if (!isClosed)
        extending = setInterval(() => void store.extendStream(claims, key).catch(deps.onError), EXTEND_EVERY_MS);
      return key;
    });
    return kept;
  };
  // A stream is worth a row: its client may lose the connection without losing the answer. One that lasts is opened by
  // its first keep-alive. Without an event id the SDKs' clients wait for their time-out when a stream breaks.
  if (claims.revision >= PRIMING_SINCE) stream.onceOpen(() => void keepStream().catch(deps.onError));

  const ask = async (questions: readonly Question[]): Promise<ReadonlyMap<string, JsonObject>> => {
    const giveBack = deps.parked.take(part.principal);
    try {
      return await askAll(questions);
    } finally {
      giveBack();
    }
  };

  const askAll = async (questions: readonly Question[]): Promise<ReadonlyMap<string, JsonObject>> => {
    const key = await keepStream();
    for (const { id, method, params } of questions) {
      sequence += 1;
      const message = requestMessage(id, method, params);
      await store.append(claims, key, { sequence, text: JSON.stringify(message), questionId: id });
      stream.send(message, eventId(key, sequence));
    }
    const answers = await waitForAnswers(questions.map(({ id }) => id));
    return new Map(questions.map(({ id, name, method }) => [name, resultOf(method, answers.get(id))]));
  };

  const waitForAnswers = async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const until = performance.now() + ANSWER_WITHIN_MS;
    const watch = deps.signals.watch(claims);
    try {
      for (;;) {
        if (signal.aborted) throw new AppError('mcp.cancelled');
        const answers = await store.answers(claims, ids);
        if (answers.size === ids.length) return answers;
        if (performance.now() > until) throw new AppError('mcp.client_silent');
        // A signal is a hint: without one the next look finds what came.
        await watch.next(LOOK_EVERY_MS, signal);
      }
    } finally {
      watch.end();
    }
  };

  return {
    async hold(call, callTool) {
      let current = call;
      for (let round = 0; round < ROUNDS_MAX; round++) {
        const reply = await callTool(current);
        // The server object itself refused to ask; this era has no such error, and its model should know.
        if (reply.kind === 'error' && reply.error.code === RPC_CODES.missingCapability) {
          throw new AppError('mcp.client_cannot_answer', { detail: reply.error.message });
        }
        if (reply.kind !== 'input_required') return reply;
        const questions = questionsOf(reply, claims.capabilities, stream.mayStream);
        const answers = await ask(questions);
        current = repeated(call, Object.fromEntries(answers), own(reply.result, 'requestState'));
      }
      throw new AppError('mcp.client_cannot_answer', { detail: `The tool asked more than ${ROUNDS_MAX} times.` });
    },
    async keep(message) {
      if (!kept) return undefined;
      try {
        const key = await kept;
        sequence += 1;
        await store.append(claims, key, { sequence, text: JSON.stringify(message), last: true });
        deps.signals.nudge(claims);
        return eventId(key, sequence);
      } catch (error) {
        deps.onError(error);
        return undefined;
      }
    },
    leave() {
      if (!stream.mayStream || claims.revision < PRIMING_SINCE) return;
      keepStream().then((key) => {
        stream.prime(eventId(key, sequence), RETRY_AFTER_LEAVING_MS);
        stream.leave();
      }, deps.onError);
    },
    close() {
      isClosed = true;
      clearInterval(extending);
    },
  };
}

interface Question {
  readonly id: string;
  /** Under which the connector expects the answer. */
  readonly name: string;
  readonly method: string;
  readonly params: JsonObject;
}

/** @throws AppError mcp.client_cannot_answer when the client did not declare what is asked of it */
function questionsOf(reply: CallReply & { kind: 'input_required' }, capabilities: JsonObject, mayStream: boolean) {
  const asked = Object.entries(objectAt(reply.result, 'inputRequests') ?? {});
  if (asked.length > QUESTIONS_MAX) {
    throw new AppError('mcp.client_cannot_answer', { detail: `The tool asked ${asked.length} things at once.` });
  }
  return asked.map(([name, request]): Question => {
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
