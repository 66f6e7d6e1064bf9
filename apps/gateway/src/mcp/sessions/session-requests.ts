import type { McpStreamSubject } from '@patchbay/domain/sessions';
import { AppError } from '@patchbay/foundation';
import { faultMessage, type JsonObject, SUPPORTED_REVISIONS, unsupportedRevision } from '@patchbay/mcp';
import type { FastifyReply } from 'fastify';
import type { StreamPermits } from '../../limits/stream-permits.ts';
import type { Leases } from '../../streams/leases.ts';
import type { Access, ServedConnector } from '../context/access.ts';
import { errorAnswer } from '../context/errors.ts';
import type { AuthenticatedRequest } from '../context/request-head.ts';
import type { ListenStreams } from '../subscriptions/listen-streams.ts';
import { readEventId } from './event-id.ts';
import { replayCall } from './replay-call.ts';
import { serveListener } from './serve-listener.ts';
import type { OpenSession, Sessions } from './sessions.ts';

export interface SessionRequestDeps {
  readonly origin: string;
  readonly sessions: Sessions;
  readonly listenStreams: ListenStreams;
  readonly leases: Leases;
  readonly permits: StreamPermits;
  /** The tools of a connector that no policy keeps from the caller. */
  visibleTools(connector: ServedConnector): Promise<JsonObject[]>;
  /** Logs and counts an error, refusals included; returns it as one of ours. */
  reportError(error: unknown, requestId: string): AppError;
}

/** The requests of a session that carry no message: GET listens or resumes, DELETE ends. */
export async function answerSessionRequest(
  deps: SessionRequestDeps,
  caller: AuthenticatedRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const { head, access } = caller;
  const revision = head.header('mcp-protocol-version');
  if (revision !== undefined && !SUPPORTED_REVISIONS.includes(revision)) {
    const refused = unsupportedRevision(null, revision);
    return reply
      .code(refused.httpStatus)
      .type('application/json')
      .send(JSON.stringify(faultMessage(refused)));
  }
  const session = await deps.sessions.find(head.sessionId ?? '', access);
  if (head.method === 'DELETE') {
    await deps.sessions.terminate(session);
    return reply.code(204).send();
  }
  await openStream(deps, session, caller, reply);
  return reply.hijack();
}

/**
 * A GET of a session: its listening stream, or with `Last-Event-ID` the rest of the stream that event was on, and of no
 * other. Returns when the response belongs to the stream.
 *
 * @throws AppError mcp.event_unknown for an event id of another caller, limits.streams
 */
async function openStream(
  deps: SessionRequestDeps,
  session: OpenSession,
  caller: AuthenticatedRequest,
  reply: FastifyReply,
): Promise<void> {
  const { head, access, reauthorize } = caller;
  const headers = reply.getHeaders() as Record<string, string>; // only strings are set on this surface
  const target = { response: reply.raw, headers, access, reauthorize };
  const lastEventId = head.header('last-event-id');
  const position = lastEventId === undefined ? null : readEventId(deps.sessions.signer, session.claims, lastEventId);
  if (lastEventId !== undefined && !position) throw new AppError('mcp.event_unknown');
  if (position?.kind !== 'call') return serveListener(deps, session, target, position?.revision);
  return replayCall(deps, session, position, {
    ...target,
    requireAccess: (subject, now) => requireAccessToCall(deps, subject, now),
    explain: (error, id) => {
      const context = { origin: deps.origin, requestId: head.requestId };
      return errorAnswer(deps.reportError(error, head.requestId), id, context);
    },
  });
}

/**
 * A call's events are replayed only while its caller may make such a call: the connector serves them and no policy
 * blocks the tool. A tool that a later version does not have cannot be blocked. @throws AppError
 * mcp.endpoint_not_found, policy.tool_blocked
 */
async function requireAccessToCall(
  { visibleTools }: Pick<SessionRequestDeps, 'visibleTools'>,
  { connectorId, tool }: McpStreamSubject,
  access: Access,
): Promise<void> {
  if (connectorId === null) return;
  const connector = access.connectors.find(({ endpoint }) => endpoint.connectorId === connectorId);
  if (!connector) throw new AppError('mcp.endpoint_not_found');
  const isNamed = (entry: JsonObject) => entry.name === tool;
  if (tool === null || !connector.manifest.tools.some(isNamed)) return;
  if (!(await visibleTools(connector)).some(isNamed)) throw new AppError('policy.tool_blocked');
}
