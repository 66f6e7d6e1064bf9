import { AppError, asAppError, type Logger, withDashboardOrigin } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { sendDocument } from './document.ts';
import { renderPage, wantsHtml } from './render-page.ts';
import { securityHeaders } from './security-headers.ts';
import { frameworkError, sendProblem } from './send-problem.ts';

/** Fastify's own refusals as ours; everything else as it is, or as an unexpected error. */
export function edgeError(error: unknown): AppError {
  return frameworkError(error, 'edge') ?? asAppError(error);
}

export interface EdgeAnswers {
  readonly origin: string;
  readonly logger: Logger;
}

/** Answers for what no surface owns: a page for people, a problem (RFC 9457) for programs. */
export function addEdgeAnswers(app: FastifyInstance, answers: EdgeAnswers): void {
  app.setErrorHandler((error, request, reply) => answerEdgeError(answers, request, reply, edgeError(error)));
  app.setNotFoundHandler((request, reply) => answerEdgeError(answers, request, reply, new AppError('edge.not_found')));
}

/** Also for what never reached a hook: the headers every answer carries are set here again. */
export function answerEdgeError(
  { origin, logger }: EdgeAnswers,
  request: FastifyRequest,
  reply: FastifyReply,
  error: AppError,
): FastifyReply {
  logRefusal(logger, request.id, error);
  reply.headers(securityHeaders(origin));
  // A client that keeps its connection would wait for this process to end, and is better served by the next one.
  if (error.code === 'edge.draining') reply.header('connection', 'close');
  if (!wantsHtml(request.headers.accept)) return sendProblem(reply, error, origin);
  const link = { href: `${origin}/dashboard`, label: 'Open the dashboard' };
  const page = { title: error.spec.title, text: withDashboardOrigin(error.hint, origin), link };
  if (error.retryAfterSeconds !== undefined) {
    const seconds = String(Math.ceil(error.retryAfterSeconds));
    reply.header('retry-after', seconds);
    // A page that a part of ours could not answer asks again by itself, without any script. HTML §7.5.1.2
    if (error.spec.owner !== 'caller' && request.method === 'GET') reply.header('refresh', seconds);
  }
  return sendDocument(reply.code(error.spec.status), renderPage(page));
}

/** Only failures of ours are errors in the log; a caller's mistake is not news. */
export function logRefusal(logger: Logger, requestId: string, error: AppError): void {
  const line = { requestId, code: error.code, detail: error.detail, internal: error.internal };
  if (error.spec.owner === 'platform') logger.error({ ...line, err: error.cause }, 'request failed');
  else logger.debug(line, 'request refused');
}
