import type { AuthMode } from '@patchbay/domain/connectors';
import { audienceOf, parseResource } from '@patchbay/domain/endpoints';
import { AppError, type Logger } from '@patchbay/foundation';
import type { FastifyPluginAsync } from 'fastify';
import { sendConnectPage } from '../connect/plugin.ts';
import { subjectOfUrl } from '../connect/subject.ts';
import { edgeError, logRefusal } from '../http/edge-error.ts';
import { wantsHtml } from '../http/render-page.ts';
import { MCP_HEADERS } from '../http/security-headers.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Access } from './context/access.ts';
import { errorAnswer, errorHeaders } from './context/errors.ts';
import { tokenRefusalOf } from './context/token-refusal.ts';
import { handleRequest, type RequestDeps } from './handle-request.ts';
import type { Mount } from './methods/mount.ts';

export interface McpPluginOptions extends Omit<RequestDeps, 'reportError'> {
  readonly metrics: Pick<Metrics, 'refusals' | 'tokenRefusals'>;
  readonly logger: Logger;
}

/** The MCP edge at one kind of URL: what HTTP and Fastify want, around `handleRequest`. */
export function createMcpPlugin<Known extends Access>(mount: Mount<Known>): FastifyPluginAsync<McpPluginOptions> {
  return async (app, options) => {
    const reportError = (error: unknown, requestId: string): AppError => {
      const known = edgeError(error);
      options.metrics.refusals.inc({ code: known.code });
      const reason = tokenRefusalOf(known);
      if (reason !== null) options.metrics.tokenRefusals.inc({ reason });
      logRefusal(options.logger, requestId, known);
      return known;
    };
    const deps: RequestDeps = { ...options, reportError };

    // Answered in the first hook: after it Fastify checks the content type, and callers without access are refused
    // first.
    app.addHook('onRequest', (request, reply) => handleRequest(deps, mount, request, reply.headers(MCP_HEADERS)));
    for (const path of mount.paths) {
      app.all(path, () => {
        throw new AppError('internal.unexpected', { internal: 'not answered in onRequest' });
      });
    }

    app.setErrorHandler((error, request, reply) => {
      const known = reportError(error, request.id);
      const { status } = known.spec;
      // A path that names no endpoint is not repeated.
      const path = (request.raw.url ?? '').split('?', 1).join('');
      const name = parseResource(path);
      reply.code(status).headers(errorHeaders(known, audienceOf(options.origin, name === null ? '' : path)));
      const isOpened = request.method === 'GET' && (status === 401 || status === 405);
      if (isOpened && name !== null && wantsHtml(request.headers.accept)) {
        // A person opened the URL of a connector: what to do with it. Never a redirect, which clients would follow.
        return sendConnectPage(reply, subjectOfUrl(options.origin, name, authModeOf(known)));
      }
      const context = { origin: options.origin, requestId: request.id };
      return reply.type('application/json').send(errorAnswer(known, null, context));
    });
  };
}

/** How callers of a URL authenticate, as far as the refusal of a request without credentials shows it. */
function authModeOf({ spec: { status }, data }: AppError): AuthMode {
  if (status !== 401) return 'none';
  return data?.resourceMetadata === undefined ? 'api_key' : 'oauth';
}
