import { AppError, asAppError, errorPagePath, type Logger } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { renderPage, wantsHtml } from './render-page.ts';

/** Fastify's own refusals as ours; everything else as it is, or as an unexpected error. */
export function edgeError(error: unknown): AppError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new AppError('edge.body_too_large', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new AppError('edge.unsupported_media_type', { cause: error });
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new AppError('edge.bad_body', { cause: error });
    default:
      return asAppError(error);
  }
}

/** Answers for what no surface owns: a page for people, a problem (RFC 9457) for programs. */
export function addEdgeAnswers(app: FastifyInstance, origin: string, logger: Logger): void {
  const answer = (request: FastifyRequest, reply: FastifyReply, error: AppError) => {
    logRefusal(logger, request.id, error);
    const { status, title, hint } = error.spec;
    reply.code(status);
    if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
    if (wantsHtml(request.headers.accept)) {
      const link = { href: `${origin}/dashboard`, label: 'Open the dashboard' };
      return reply.type('text/html; charset=utf-8').send(renderPage({ title, text: hint, link }));
    }
    return reply.type('application/problem+json').send({
      type: `${origin}/api/docs/errors/${errorPagePath(error.code)}`,
      title,
      status,
      detail: error.detail,
      code: error.code,
      hint,
      requestId: request.id,
      ...(error.data && { data: error.data }),
    });
  };
  app.setErrorHandler((error, request, reply) => answer(request, reply, edgeError(error)));
  app.setNotFoundHandler((request, reply) => answer(request, reply, new AppError('edge.not_found')));
}

/** Only failures of ours are errors in the log; a caller's mistake is not news. */
export function logRefusal(logger: Logger, requestId: string, error: AppError): void {
  const line = { requestId, code: error.code, detail: error.detail, internal: error.internal };
  if (error.spec.owner === 'platform') logger.error({ ...line, err: error.cause }, 'request failed');
  else logger.debug(line, 'request refused');
}
