import { AppError } from '@patchbay/foundation';
import { type PlanLimits, STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ByteRate } from '../limits/byte-rate.ts';
import type { MessageRate } from '../limits/message-rate.ts';
import { readMessage } from './body/message.ts';
import type { ParsePool } from './body/parse-pool.ts';
import { BODY_LIMITS } from './body/read-body.ts';
import type { Access } from './context/access.ts';
import { RequestHead } from './context/request-head.ts';
import { answerMessage, NAME_MEMBERS, opensSession } from './methods/index.ts';
import type { MethodServices } from './methods/method.ts';
import type { Mount } from './methods/mount.ts';
import { OpenAnswer, type OpenAnswerDeps } from './methods/open-answer.ts';
import { answerSessionRequest, type SessionRequestDeps } from './sessions/session-requests.ts';

const PAST_EXPIRY_MS = STREAM_LIMITS.streamPastToken.value;

export interface RequestDeps extends MethodServices, OpenAnswerDeps, SessionRequestDeps {
  readonly messageRate: MessageRate;
  readonly byteRate: ByteRate;
  /** The limits of an organization, from memory. */
  loadPlan(organizationId: string): Promise<PlanLimits>;
  readonly parsePool: ParsePool;
}

/**
 * One request at a URL that ends in `/mcp`: access → body → message → session → method → respond. Read top to bottom;
 * there is no other path. Nothing of the body is looked at before access is known.
 */
export async function handleRequest<Known extends Access>(
  deps: RequestDeps,
  mount: Mount<Known>,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const head = new RequestHead(request);
  head.steps.lap('edge');

  const access = await mount.authorize(head); // 401, 403, 404
  const caller = { head, access, reauthorize: () => mount.authorize(head, PAST_EXPIRY_MS) };
  if (!head.isServed) throw new AppError('edge.method_not_allowed'); // 405
  const { organizationId, principal } = access;
  const plan = await deps.loadPlan(organizationId);
  await deps.messageRate.admit({ limitKey: principal.limitKey, organizationId }, plan); // 429
  if (head.method !== 'POST') return answerSessionRequest(deps, caller, reply);

  deps.byteRate.admit(principal.limitKey, head.bytesAnnounced ?? BODY_LIMITS.bytesMax); // 429
  const received = await readMessage(deps.parsePool, head, organizationId, NAME_MEMBERS); // 408, 413, 415, 429
  head.steps.lap('decode');

  const session = opensSession(received) ? null : await deps.sessions.join(head, received, access); // 404
  const message = session ? await deps.sessions.take(session, received, head) : received;

  const answer = new OpenAnswer(deps, { caller, message, session, reply });
  try {
    await answer.send(await answerMessage(mount, { services: deps, caller, session, answer }, message));
  } catch (error) {
    await answer.fail(error);
  } finally {
    answer.close();
  }
  return reply;
}
