import { audienceOf } from '@patchbay/domain/endpoints';
import { AppError, type Logger } from '@patchbay/foundation';
import { MODERN_REVISION } from '@patchbay/mcp';
import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { edgeError, logRefusal } from '../edge/render-error.ts';
import { wantsHtml } from '../edge/render-page.ts';
import { MCP_HEADERS } from '../edge/security-headers.ts';
import type { ByteRate } from '../limits/byte-rate.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { StepTimer } from '../telemetry/step-timer.ts';
import { connectPage } from './access/connect-page.ts';
import type { Mount } from './access/mount.ts';
import { BODY_LIMITS } from './body/read-body.ts';
import type { Access } from './context/access.ts';
import { errorAnswer, errorHeaders } from './context/errors.ts';
import { type AnsweringDeps, type Arrival, createAnswering, takesEvents } from './handle-request.ts';
import { createSessionRequests } from './sessions/session-requests.ts';
import { SESSION_HEADER } from './sessions/sessions.ts';

export interface McpPluginOptions extends Omit<AnsweringDeps, 'onError'> {
  readonly byteRate: ByteRate;
  readonly metrics: Pick<Metrics, 'refusals'>;
  readonly logger: Logger;
}

/** The MCP edge at one kind of URL: who knocks, before the body; then one message in and one answer out. */
export function createMcpPlugin<Known extends Access>(mount: Mount<Known>): FastifyPluginAsync<McpPluginOptions> {
  return async (app, options) => {
    const arrivals = new WeakMap<FastifyRequest, Arrival<Known>>();

    app.addHook('onRequest', async (request, reply) => {
      reply.headers(MCP_HEADERS);
      const steps = new StepTimer(request.arrivedAtMs);
      steps.lap('edge');
      const head = {
        params: request.params as Record<string, string>, // of the mount's own patterns, below
        authorization: request.headers.authorization,
        address: request.clientAddress,
        steps,
      };
      const authorize = () => mount.authorize(head);
      const access = await authorize();
      const isPost = request.method === 'POST';
      if (!isPost && !isOfSession(request)) throw new AppError('edge.method_not_allowed');
      if (isPost) {
        const bytes = Number(request.headers['content-length'] ?? BODY_LIMITS.bytesMax);
        options.byteRate.admit(access.principal.limitKey, bytes);
      }
      arrivals.set(request, { access, steps, authorize });
    });

    // The body is read by the handler: within its time, with its size, and on the right thread.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('application/json', (_request, payload, done) => done(null, payload));

    const onError = (error: unknown, requestId: string): AppError => {
      const known = edgeError(error);
      options.metrics.refusals.inc({ code: known.code });
      logRefusal(options.logger, requestId, known);
      return known;
    };

    app.setErrorHandler((error, request, reply) => {
      const known = onError(error, request.id);
      const resource = audienceOf(options.origin, (request.raw.url ?? '').split('?', 1)[0] ?? '');
      reply.code(known.spec.status).headers(errorHeaders(known, resource));
      const opened = known.spec.status === 401 || known.spec.status === 405;
      if (opened && request.method === 'GET' && wantsHtml(request.headers.accept)) {
        return reply.type('text/html; charset=utf-8').send(connectPage(resource, known.spec.status === 401));
      }
      return reply
        .type('application/json')
        .send(errorAnswer(known, null, { origin: options.origin, requestId: request.id }));
    });

    const answerMessage = createAnswering(mount, { ...options, onError });
    const answerSessionOnly = createSessionRequests({ ...options, onError });
    for (const path of mount.paths) {
      app.all(path, (request, reply) => {
        const arrival = arrivals.get(request);
        if (!arrival) throw new AppError('internal.unexpected', { internal: 'handler without arrival' });
        return request.method === 'POST'
          ? answerMessage(request, reply, arrival)
          : answerSessionOnly(request, reply, arrival);
      });
    }
  };
}

/** Whether a request without a body is for a session: without one, and in 2026-07-28, these methods are not served. */
function isOfSession({ method, headers }: FastifyRequest): boolean {
  if (headers[SESSION_HEADER] === undefined || headers['mcp-protocol-version'] === MODERN_REVISION) return false;
  return method === 'DELETE' || (method === 'GET' && takesEvents(headers.accept));
}
