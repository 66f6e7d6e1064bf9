import httpProxy from '@fastify/http-proxy';
import { AppError } from '@patchbay/foundation';
import type { FastifyPluginAsync } from 'fastify';

/** The dashboard behind the public origin. It decides nothing about permissions, and its session is the API's. */
export const dashboardProxy: FastifyPluginAsync<{ upstream: string }> = async (app, { upstream }) => {
  app.get('/', async (_request, reply) => reply.redirect('/dashboard', 302));
  // The body goes through as a stream; nothing of it is read here.
  await app.register(httpProxy, {
    upstream,
    prefix: '/dashboard',
    rewritePrefix: '/dashboard',
    replyOptions: {
      // The dashboard's `Connection` header does not apply to the client's connection: a client that asked to close its
      // own would keep it and find its next request refused. RFC 9110 §7.6.1
      rewriteHeaders: ({ connection: _, 'keep-alive': __, ...headers }) => ({
        ...headers,
        'content-security-policy': headers['content-security-policy'] ?? "frame-ancestors 'none'",
      }),
      onError: (reply, { error }) => {
        reply.send(new AppError('edge.dashboard_unavailable', { cause: error, internal: error.message }));
      },
    },
  });
};
