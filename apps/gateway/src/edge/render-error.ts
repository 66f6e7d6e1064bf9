import { AppError, asAppError, type Logger, withDashboardOrigin } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEM_TYPE, renderProblem } from '../http/render-problem.ts';
import { renderPage, wantsHtml } from './render-page.ts';
import { securityHeaders } from './security-headers.ts';

/** Fastify's own refusals as ours; everything else as it is, or as an unexpected error. */
export function edgeError(error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('edge.body_too_large', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('edge.unsupported_media_type', { cause: error });
    case 'FST_ERR_BAD_URL':
      return new AppError('edge.bad_path', { cause: error });
    // A part of the path that is longer than any name or secret is of nothing here.
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new AppError('edge.not_found', { cause: error });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('edge.bad_body', { cause: error });
    default:
      return asAppError(error);
  }
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
  const { status, title } = error.spec;
  reply.code(status).headers(securityHeaders(origin));
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  // A client that keeps its connection would wait for this process to end, and is better served by the next one.
  if (error.code === 'edge.draining') reply.header('connection', 'close');
  if (wantsHtml(request.headers.accept)) {
    const link = { href: `${origin}/dashboard`, label: 'Open the dashboard' };
    return reply
      .type('text/html; charset=utf-8')
      .send(renderPage({ title, text: withDashboardOrigin(error.hint, origin), link }));
  }
  return reply.type(PROBLEM_TYPE).send(JSON.stringify(renderProblem(error, request.id, origin)));
}

/** Only failures of ours are errors in the log; a caller's mistake is not news. */
export function logRefusal(logger: Logger, requestId: string, error: AppError): void {
  const line = { requestId, code: error.code, detail: error.detail, internal: error.internal };
  if (error.spec.owner === 'platform') logger.error({ ...line, err: error.cause }, 'request failed');
  else logger.debug(line, 'request refused');
}
