import type { McpStreamSubject } from '@patchbay/domain/sessions';
import type { AppError } from '@patchbay/foundation';
import type { Classification, McpRequest } from '@patchbay/mcp';
import { asFailedCall, effectOf } from '@patchbay/sandbox/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { StreamPlaces } from '../limits/stream-places.ts';
import type { Leases } from '../streams/leases.ts';
import type { StepTimer } from '../telemetry/step-timer.ts';
import type { Mount, Routed } from './access/mount.ts';
import { decodeRequest, one } from './body/message.ts';
import type { ParsePool } from './body/parse-pool.ts';
import { BODY_LIMITS, parseBounded, readBody } from './body/read-body.ts';
import type { Access } from './context/access.ts';
import { errorAnswer } from './context/errors.ts';
import { type Answer, type ServeDeps, serveRequest } from './methods/call.ts';
import { answerListen, LISTEN_METHOD } from './methods/listen.ts';
import { answerSession } from './methods/subscribe.ts';
import { createConversation } from './sessions/conversation.ts';
import { type OpenSession, SESSION_HEADER, type Sessions } from './sessions/sessions.ts';
import { AnswerLease } from './stream/answer-lease.ts';
import { AnswerStream } from './stream/answer-stream.ts';
import { whenGone } from './stream/when-gone.ts';
import type { FollowResources } from './subscriptions/follow-resources.ts';
import type { ListenStreams } from './subscriptions/listen-streams.ts';

/** What was found out before the body was read. */
export interface Arrival<Known extends Access> {
  readonly access: Known;
  readonly steps: StepTimer;
  /** Finds the same out again, for answers that last. */
  authorize(): Promise<Known>;
}

export interface AnsweringDeps {
  readonly origin: string;
  readonly parsePool: ParsePool;
  readonly sessions: Sessions;
  readonly listenStreams: ListenStreams;
  readonly followResources: FollowResources;
  readonly leases: Leases;
  readonly places: StreamPlaces;
  readonly parked: StreamPlaces;
  readonly serve: Omit<ServeDeps, 'origin' | 'onError'>;
  /** Told of every error, refusals included; returns it as one of ours. */
  onError(error: unknown, requestId: string): AppError;
}

/** Answers one POST: body, session, then whichever part of the surface the message is for. */
export function createAnswering<Known extends Access>(mount: Mount<Known>, deps: AnsweringDeps) {
  const { sessions } = deps;
  const serve: ServeDeps = {
    ...deps.serve,
    origin: deps.origin,
    onError: (error, { requestId }) => void deps.onError(error, requestId),
  };

  return async (request: FastifyRequest, reply: FastifyReply, arrival: Arrival<Known>): Promise<FastifyReply> => {
    const { access, steps } = arrival;
    const bytes = await readBody(request.raw, BODY_LIMITS);
    const parsed = await parseBounded(deps.parsePool, access.organizationId, bytes);
    const decoded = decodeRequest(parsed, request.headers);
    steps.lap('decode');
    const session = await findSession(request, decoded, access);
    const message = session ? await takeIn(session, decoded, request) : decoded;
    const routed = mount.route(access, message);

    const context = { origin: deps.origin, requestId: request.id };
    const id = message.kind === 'request' ? message.id : null;
    const explain = (error: unknown) =>
      errorAnswer(asUnfinishedCall(deps.onError(error, request.id), routed), id, context);
    const gone = new AbortController();
    const lease = new AnswerLease(deps.leases, arrival, routed);
    const stream = new AnswerStream(reply.raw, {
      mayStream: message.kind === 'request' && takesEvents(request.headers.accept),
      headers: () => reply.getHeaders() as Record<string, string>, // only strings are set on this surface
      onOpen: () =>
        lease.begin((error) => {
          stream.finish(explain(error));
          gone.abort();
        }),
    });
    const modern = message.kind === 'request' && message.era === 'modern';
    whenGone(reply.raw, () => {
      stream.close();
      // A modern client that hangs up cancels; an earlier one may just have lost its connection.
      if (modern && !reply.raw.writableFinished) gone.abort();
    });

    const isSessionCall = session !== null && message.kind === 'request';
    const untrack = isSessionCall ? sessions.track(session, message.id, gone) : () => undefined;
    const conversation = isSessionCall
      ? createConversation(
          { ...sessions, parked: deps.parked, onError: (error) => void deps.onError(error, request.id) },
          {
            ...{ claims: session.claims, requestId: message.id, stream, signal: gone.signal },
            ...{ subject: subjectOf(routed), principal: access.principal },
          },
        )
      : undefined;
    const answer = async (): Promise<Answer | null> => {
      if (message.kind === 'request' && modern && message.method === LISTEN_METHOD) {
        return listen(request, reply, arrival, message);
      }
      const ofSession = isSessionCall ? await answerSession(deps, session, message, access) : null;
      if (ofSession) return ofSession;
      if ('answer' in routed) return routed.answer;
      const exchange = {
        ...routed.connector,
        resource: access.resource,
        policyRevision: access.policyRevision,
        requestId: request.id,
        steps,
        signal: gone.signal,
        header: (name: string) => one(request.headers[name.toLowerCase()]),
        notify: stream.notify.bind(stream),
        ...(conversation && { conversation }),
      };
      return serveRequest(serve, exchange, routed.message);
    };
    try {
      const served = await answer();
      if (served === null) return reply.hijack();
      const eventId = await conversation?.keep(served.message ?? {});
      if (stream.isOpen) return finish(reply, stream, served.message ?? {}, eventId);
      reply.code(served.httpStatus).headers({ ...served.headers });
      if (opensSession(message) && served.httpStatus === 200) {
        reply.header(SESSION_HEADER, sessions.start(access, message.params));
      }
      if (served.message === null) return reply.send();
      return reply.type('application/json').send(JSON.stringify(served.message));
    } catch (error) {
      // The status is out already; the stream can still say what happened.
      if (!stream.isOpen) throw error;
      const last = explain(error);
      return finish(reply, stream, last, await conversation?.keep(last));
    } finally {
      untrack();
      lease.end();
      conversation?.close();
      stream.close();
    }
  };

  /** The session a legacy message names. The other era has none, whatever its headers say. */
  async function findSession(request: FastifyRequest, message: Classification, access: Known) {
    const id = one(request.headers[SESSION_HEADER]);
    const isModern = 'era' in message && message.era === 'modern';
    if (id === undefined || message.kind === 'fault' || isModern || opensSession(message)) return null;
    return sessions.find(id, access);
  }

  /** What the message means for its session, and the message as the session makes it. */
  async function takeIn(session: OpenSession, message: Classification, { headers }: FastifyRequest) {
    if (message.kind === 'notification') sessions.takeNotification(session, message);
    if (message.kind === 'response') await sessions.takeAnswer(session, message);
    const hasRevision = headers['mcp-protocol-version'] !== undefined;
    return message.kind === 'request' ? sessions.inSession(session, message, hasRevision) : message;
  }

  /** Null when the response belongs to the stream from now on. */
  function listen(request: FastifyRequest, reply: FastifyReply, arrival: Arrival<Known>, message: McpRequest) {
    const context = { origin: deps.origin, requestId: request.id };
    return answerListen(deps.listenStreams, message, {
      response: reply.raw,
      headers: reply.getHeaders() as Record<string, string>, // only strings are set on this surface
      mayStream: takesEvents(request.headers.accept),
      access: arrival.access,
      reauthorize: arrival.authorize,
      explain: (error) => errorAnswer(deps.onError(error, request.id), message.id, context),
    });
  }
}

/** The error that ends an answer while its call may still be running. What is no tool call stays as it is. */
function asUnfinishedCall(error: AppError, routed: Routed): AppError {
  const { tool: name } = subjectOf(routed);
  if ('answer' in routed || name === null) return error;
  const tool = routed.connector.manifest.tools.find((entry) => entry.name === name);
  return asFailedCall(error.with({ sent: true }), tool ? effectOf(tool) : 'write');
}

/** What a stream of this call is about, for whoever wants to hear it again. */
function subjectOf(routed: Routed): McpStreamSubject {
  if ('answer' in routed || routed.message.kind !== 'request') return { connectorId: null, tool: null };
  const { method, name } = routed.message;
  const tool = method === 'tools/call' && name !== undefined ? name : null;
  return { connectorId: routed.connector.endpoint.connectorId, tool };
}

function finish(reply: FastifyReply, stream: AnswerStream, message: object, eventId: string | undefined) {
  reply.hijack();
  stream.finish(message, eventId);
  return reply;
}

function opensSession(message: Classification): message is McpRequest {
  return message.kind === 'request' && message.era === 'legacy' && message.method === 'initialize';
}

export function takesEvents(accept: string | undefined): boolean {
  return accept === undefined || accept.includes('text/event-stream') || accept.includes('*/*');
}
