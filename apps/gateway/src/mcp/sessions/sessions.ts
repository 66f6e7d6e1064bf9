import type { McpSession } from '@patchbay/domain/sessions';
import { AppError, type Clock } from '@patchbay/foundation';
import {
  type Classification,
  type JsonObject,
  type McpNotification,
  type McpRequest,
  type McpResponse,
  META,
  negotiateRevision,
  own,
  type RpcId,
} from '@patchbay/mcp';
import type { TokenSigner } from '@patchbay/vault';
import type { Access } from '../context/access.ts';
import type { RequestHead } from '../context/request-head.ts';
import { newSession, readSessionId, type SessionClaims, writeSessionId } from './session-id.ts';
import type { SessionSignals } from './session-signals.ts';
import type { SessionStore } from './session-store.ts';

export interface SessionsDeps {
  readonly signer: TokenSigner;
  readonly store: SessionStore;
  readonly signals: SessionSignals;
  readonly clock: Clock;
}

/** A session as one request finds it. */
export interface OpenSession {
  readonly claims: SessionClaims;
  /** Null when nothing had to be remembered. */
  readonly row: McpSession | null;
}

/** The sessions of 2025 clients at this gateway. State that must survive it is in their ids and in the store. */
export class Sessions {
  readonly signer: TokenSigner;
  readonly store: SessionStore;
  readonly signals: SessionSignals;
  readonly #clock: Clock;

  constructor({ signer, store, signals, clock }: SessionsDeps) {
    this.signer = signer;
    this.store = store;
    this.signals = signals;
    this.#clock = clock;
  }

  /** The id that goes out with the answer to an `initialize`. Writes nothing. */
  start(access: Access, params: JsonObject): string {
    const revision = negotiateRevision(own(params, 'protocolVersion'));
    const claims = newSession(access, { params, revision, nowMs: this.#clock.now().getTime() });
    return writeSessionId(this.signer, claims);
  }

  /** @throws AppError mcp.session_ended for an id that is not one of this caller's sessions here, or not any more */
  async find(id: string, access: Access): Promise<OpenSession> {
    const claims = readSessionId(this.signer, id, access, this.#clock.now().getTime());
    if (!claims) throw new AppError('mcp.session_ended');
    const row = await this.store.find(claims);
    if (row?.terminatedAt) throw new AppError('mcp.session_ended');
    return { claims, row };
  }

  /**
   * The session that a message of 2025 names; null when it names none. 2026-07-28 has no sessions, whatever its headers
   * contain.
   *
   * @throws AppError mcp.session_ended
   */
  async join({ sessionId }: RequestHead, message: Classification, access: Access): Promise<OpenSession | null> {
    const isModern = 'era' in message && message.era === 'modern';
    if (sessionId === undefined || message.kind === 'fault' || isModern) return null;
    return this.find(sessionId, access);
  }

  /** Does what a message means for its session. Returns the message as the session makes it. */
  async take(session: OpenSession, message: Classification, head: RequestHead): Promise<Classification> {
    if (message.kind === 'notification') this.#cancel(session, message);
    if (message.kind === 'response') await this.#keepAnswer(session, message);
    return message.kind === 'request' ? inSession(session, message, head) : message;
  }

  /** Lets the session's client cancel the request until it is answered. Returns the function that ends this. */
  track({ claims }: OpenSession, requestId: RpcId, abort: AbortController): () => void {
    return this.signals.follow(claims, requestId, abort);
  }

  /** Ends the session for good, with its calls, wherever they run. */
  async terminate({ claims }: OpenSession): Promise<void> {
    await this.store.remember(claims, { terminate: true });
    this.signals.cancel(claims, null);
  }

  /** Only cancellation means anything; hanging up does not. @see 2025-11-25 basic/utilities/cancellation */
  #cancel({ claims }: OpenSession, { method, params }: McpNotification): void {
    if (method !== 'notifications/cancelled') return;
    const requestId = own(params, 'requestId');
    if (typeof requestId === 'string' || typeof requestId === 'number') this.signals.cancel(claims, requestId);
  }

  /** The client's answer to a request of ours. Answers without a request are dropped. */
  async #keepAnswer({ claims }: OpenSession, { id, answer }: McpResponse): Promise<void> {
    if (await this.store.answer(claims, String(id), JSON.stringify(answer))) this.signals.wake(claims);
  }
}

/** A request with its client's declarations at `initialize` and since added to `_meta`. */
function inSession({ claims, row }: OpenSession, request: McpRequest, head: RequestHead): McpRequest {
  return {
    ...request,
    revision: head.header('mcp-protocol-version') === undefined ? claims.revision : request.revision,
    meta: {
      ...request.meta,
      [META.clientCapabilities]: claims.capabilities,
      ...(claims.client && { [META.clientInfo]: claims.client }),
      ...(row?.logLevel && { [META.logLevel]: row.logLevel }),
    },
  };
}
