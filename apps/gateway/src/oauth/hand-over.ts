import { errorPagePath } from '@patchbay/foundation';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { apiError } from '../http/api-error.ts';

/** Bodies stay unread: the provider reads them itself, with a limit of its own. */
export function passThrough(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
}

/** Lets the provider with the present keys answer the bare request. */
export function createHandOver(provider: () => Promise<Provider>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const current = await provider();
    reply.hijack();
    // A hijacked answer loses what the edge has set for every answer.
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value);
    }
    await current.callback()(request.raw, reply.raw);
  };
}

/** In the form that OAuth clients read. @see RFC 6749 §5.2 */
export function sendTokenError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, origin: string) {
  const error = apiError(thrown);
  const isOurs = error.spec.owner === 'platform';
  if (isOurs)
    request.log.error({ code: error.code, err: error.cause ?? error, requestId: request.id }, 'request failed');
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', String(Math.ceil(error.retryAfterSeconds)));
  return reply
    .code(error.spec.status)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send({
      error: isOurs ? 'server_error' : 'temporarily_unavailable',
      code: error.code,
      error_description: `${error.spec.title} ${error.hint}`,
      error_uri: `${origin}/api/docs/errors/${errorPagePath(error.code)}`,
    });
}
