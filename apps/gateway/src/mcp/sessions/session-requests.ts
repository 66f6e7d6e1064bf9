import type { AppError } from '@patchbay/foundation';
import { faultMessage, SUPPORTED_REVISIONS, unsupportedRevision } from '@patchbay/mcp';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { one } from '../body/message.ts';
import type { Access } from '../context/access.ts';
import { errorAnswer } from '../context/errors.ts';
import type { Arrival } from '../handle-request.ts';
import type { ListenStreams } from '../subscriptions/listen-streams.ts';
import { checkHeard, type VisibleTools } from './check-heard.ts';
import type { ReplayPlace } from './replay-call.ts';
import { serveSessionGet } from './serve-session.ts';
import { SESSION_HEADER, type Sessions } from './sessions.ts';

export interface SessionRequestsDeps extends Omit<ReplayPlace, 'checkHeard'> {
  readonly origin: string;
  readonly sessions: Sessions;
  readonly listenStreams: ListenStreams;
  readonly serve: { readonly visibleTools: VisibleTools };
  onError(error: unknown, requestId: string): AppError;
}

/** The requests of a session that carry no message: GET listens or resumes, DELETE ends. */
export function createSessionRequests(deps: SessionRequestsDeps) {
  return async (request: FastifyRequest, reply: FastifyReply, { access, authorize }: Arrival<Access>) => {
    const revision = one(request.headers['mcp-protocol-version']);
    if (revision !== undefined && !SUPPORTED_REVISIONS.includes(revision)) {
      const refused = unsupportedRevision(null, revision);
      const message = JSON.stringify(faultMessage(refused));
      return reply.code(refused.httpStatus).type('application/json').send(message);
    }
    const session = await deps.sessions.find(one(request.headers[SESSION_HEADER]) ?? '', access);
    if (request.method === 'DELETE') {
      await deps.sessions.terminate(session);
      return reply.code(204).send();
    }
    const context = { origin: deps.origin, requestId: request.id };
    const target = {
      response: reply.raw,
      headers: reply.getHeaders() as Record<string, string>, // only strings are set on this surface
      access,
      reauthorize: authorize,
      explain: (error: unknown, id: string | number) => errorAnswer(deps.onError(error, request.id), id, context),
    };
    const place = {
      ...{ ...deps, streams: deps.listenStreams },
      checkHeard: checkHeard.bind(null, deps.serve.visibleTools),
    };
    await serveSessionGet(place, session, target, one(request.headers['last-event-id']));
    return reply.hijack();
  };
}
