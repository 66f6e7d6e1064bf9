import type { ServerResponse } from 'node:http';
import { AppError } from '@patchbay/foundation';
import type { Classification, JsonObject, McpRequest } from '@patchbay/mcp';
import { asFailedCall, effectOf } from '@patchbay/sandbox-protocol';
import type { FastifyReply } from 'fastify';
import type { StreamPermits } from '../../limits/stream-permits.ts';
import type { Lease, Leases } from '../../streams/leases.ts';
import { type Access, concernsAccess, type ServedConnector } from '../context/access.ts';
import type { Answer } from '../context/answer.ts';
import type { Conversation } from '../context/call.ts';
import { errorAnswer } from '../context/errors.ts';
import type { AuthenticatedRequest } from '../context/request-head.ts';
import { type ConversationPart, SessionConversation } from '../sessions/conversation.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';
import { AnswerStream } from '../stream/answer-stream.ts';
import { whenGone } from '../stream/when-gone.ts';

export interface OpenAnswerDeps {
  readonly origin: string;
  readonly sessions: Sessions;
  readonly leases: Leases;
  /** Slots for calls that wait for an answer of their client. */
  readonly parked: StreamPermits;
  /** Logs and counts an error, refusals included; returns it as one of ours. */
  reportError(error: unknown, requestId: string): AppError;
}

export interface AnsweredRequest {
  readonly caller: AuthenticatedRequest;
  readonly message: Classification;
  readonly session: OpenSession | null;
  readonly reply: FastifyReply;
}

/** A call whose answer this is. */
interface StartedCall {
  readonly connector: ServedConnector;
  /** Null for everything that is not a tool. */
  readonly tool: JsonObject | null;
  readonly conversation: Conversation | undefined;
}

/**
 * The answer of one POST, from the first look at its message until it is out: what cancels it, the stream that it may
 * become, and the lease that such a stream lives on.
 */
export class OpenAnswer {
  readonly #deps: OpenAnswerDeps;
  readonly #answered: AnsweredRequest;
  readonly #stream: AnswerStream;
  readonly #gone = new AbortController();
  readonly #untrack: () => void;
  #lease: Lease<Access> | undefined;
  #call: StartedCall | undefined;

  constructor(deps: OpenAnswerDeps, answered: AnsweredRequest) {
    const { caller, message, session, reply } = answered;
    const isRequest = message.kind === 'request';
    this.#deps = deps;
    this.#answered = answered;
    this.#stream = new AnswerStream(reply.raw, {
      mayStream: isRequest && caller.head.acceptsEvents,
      headers: () => this.headers,
      onOpen: () => this.#holdLease(),
    });
    whenGone(reply.raw, () => {
      this.#stream.close();
      // A modern client that hangs up cancels; an earlier one may just have lost its connection.
      if (isRequest && message.era === 'modern' && !reply.raw.writableFinished) this.#gone.abort();
    });
    this.#untrack = isRequest && session ? deps.sessions.track(session, message.id, this.#gone) : () => undefined;
  }

  get response(): ServerResponse {
    return this.#answered.reply.raw;
  }

  /** Those that every answer carries, whichever shape it gets. */
  get headers(): Readonly<Record<string, string>> {
    return this.#answered.reply.getHeaders() as Record<string, string>; // only strings are set on this surface
  }

  /** Aborted when no client waits for the answer any more. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** Adds header fields, if they have not been sent yet: a stream sent them when it opened. */
  addHeaders(headers: Readonly<Record<string, string>>): void {
    if (!this.#stream.isOpen) this.#answered.reply.headers({ ...headers });
  }

  /** Sends a notification ahead of the answer. */
  notify(method: string, params: JsonObject): void {
    this.#stream.notify(method, params);
  }

  /** The answer is that of a call from now on. Returns what the session adds to it; undefined without a session. */
  startCall(connector: ServedConnector, request: McpRequest, tool: JsonObject | null): Conversation | undefined {
    const { caller, session } = this.#answered;
    const { connectorId } = connector.endpoint;
    const part = {
      requestId: request.id,
      subject: { connectorId, tool: tool && (request.name ?? null) },
      principal: caller.access.principal,
      stream: this.#stream,
      signal: this.signal,
    };
    const conversation = session ? this.#converse({ ...part, claims: session.claims }) : undefined;
    this.#call = { connector, tool, conversation };
    return conversation;
  }

  /** Sends the answer. Null: the response belongs to another stream already. */
  async send(answer: Answer | null): Promise<void> {
    const { reply } = this.#answered;
    if (answer === null) return void reply.hijack();
    const { httpStatus, message, headers } = answer;
    const eventId = await this.#call?.conversation?.keep(message ?? {});
    if (this.#stream.isOpen) return this.#finish(message ?? {}, eventId);
    reply.code(httpStatus).headers({ ...headers });
    if (message === null) return void reply.send();
    reply.type('application/json').send(JSON.stringify(message));
  }

  /** Sends an error on a stream whose status was sent already; throws it again where the status is still open. */
  async fail(error: unknown): Promise<void> {
    if (!this.#stream.isOpen) throw error;
    const message = this.explain(error);
    this.#finish(message, await this.#call?.conversation?.keep(message));
  }

  /** The error as the last message of a stream. */
  explain(error: unknown): object {
    const { caller, message } = this.#answered;
    const id = message.kind === 'request' ? message.id : null;
    const context = { origin: this.#deps.origin, requestId: caller.head.requestId };
    return errorAnswer(this.#asUnfinished(this.report(error)), id, context);
  }

  report(error: unknown): AppError {
    return this.#deps.reportError(error, this.#answered.caller.head.requestId);
  }

  close(): void {
    this.#untrack();
    this.#lease?.end();
    this.#call?.conversation?.close();
    this.#stream.close();
  }

  #converse(part: ConversationPart): Conversation {
    const { sessions, parked } = this.#deps;
    return new SessionConversation({ ...sessions, parked, onError: (error) => void this.report(error) }, part);
  }

  #finish(message: object, eventId: string | undefined): void {
    this.#answered.reply.hijack();
    this.#stream.finish(message, eventId);
  }

  /**
   * An answer that became a stream lasts only as long as its caller may use the connector it comes from. Answers that are
   * not streams need no lease: they are over before access ends.
   */
  #holdLease(): void {
    const { access, reauthorize } = this.#answered.caller;
    this.#lease = this.#deps.leases.hold(access, {
      concerns: concernsAccess,
      reauthorize,
      renewed: (now) => this.#requireServed(now),
      lost: (error) => {
        this.#stream.finish(this.explain(error));
        this.#gone.abort();
      },
    });
  }

  #requireServed(now: Access): void {
    if (!this.#call) return;
    const { connectorId } = this.#call.connector.endpoint;
    const isServed = now.connectors.some(({ endpoint }) => endpoint.connectorId === connectorId);
    if (!isServed) throw new AppError('mcp.endpoint_not_found');
  }

  /** The error that ends an answer while its call may still be running. Errors of other requests stay as they are. */
  #asUnfinished(error: AppError): AppError {
    const tool = this.#call?.tool;
    return tool ? asFailedCall(error.with({ sent: true }), effectOf(tool)) : error;
  }
}
