import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { faultMessage, invalidParams, type McpRequest, own, type RpcFault, resultMessage } from '@patchbay/mcp';
import type { Access } from '../context/access.ts';
import type { OpenSession, Sessions } from '../sessions/sessions.ts';
import type { FollowResources } from '../subscriptions/follow-resources.ts';
import type { Answer } from './call.ts';

/** RFC 5424, as MCP has them. */
const LOG_LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
const URI_LENGTH_MAX = STREAM_LIMITS.resourceUri.value;

export interface SessionAnswering {
  readonly sessions: Sessions;
  readonly followResources: FollowResources;
}

/** Answers what only a session can answer; null for every other method. */
export async function answerSession(
  { sessions, followResources }: SessionAnswering,
  session: OpenSession,
  request: McpRequest,
  access: Access,
): Promise<Answer | null> {
  switch (request.method) {
    case 'logging/setLevel': {
      const level = own(request.params, 'level');
      if (typeof level !== 'string' || !LOG_LEVELS.includes(level)) {
        return refused(invalidParams(request.id, `params.level must be one of ${LOG_LEVELS.join(', ')}`));
      }
      await sessions.store.remember(session.claims, { logLevel: level });
      return done(request);
    }
    case 'resources/subscribe':
    case 'resources/unsubscribe': {
      if (!access.manifest.resourceUpdates) return null;
      const uri = own(request.params, 'uri');
      if (typeof uri !== 'string' || uri.length > URI_LENGTH_MAX) {
        return refused(invalidParams(request.id, 'params.uri must be a resource URI'));
      }
      const isFollowing = request.method === 'resources/subscribe';
      if (isFollowing && !access.ownerOf(uri)?.manifest.resourceUpdates) {
        return refused(invalidParams(request.id, `No connector here announces changes of ${uri}`, { uri }));
      }
      await sessions.store.remember(session.claims, isFollowing ? { subscribe: uri } : { unsubscribe: uri });
      if (isFollowing) void followResources(access, [uri]);
      return done(request);
    }
    default:
      return null;
  }
}

function done(request: McpRequest): Answer {
  return { httpStatus: 200, message: resultMessage(request.id, {}) };
}

function refused(fault: RpcFault): Answer {
  return { httpStatus: fault.httpStatus, message: faultMessage(fault) };
}
