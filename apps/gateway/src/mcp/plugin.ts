import { audienceOf } from '@patchbay/domain/endpoints';
import { AppError, type Logger } from '@patchbay/foundation';
import type { FastifyPluginAsync } from 'fastify';
import { sendDocument } from '../http/document.ts';
import { edgeError, logRefusal } from '../http/edge-error.ts';
import { renderPage, wantsHtml } from '../http/render-page.ts';
import { MCP_HEADERS } from '../http/security-headers.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Access } from './context/access.ts';
import { errorAnswer, errorHeaders } from './context/errors.ts';
import { handleRequest, type RequestDeps } from './handle-request.ts';
import type { Mount } from './methods/mount.ts';

export interface McpPluginOptions extends Omit<RequestDeps, 'reportError'> {
  readonly metrics: Pick<Metrics, 'refusals'>;
  readonly logger: Logger;
}

/** The MCP edge at one kind of URL: what HTTP and Fastify want, around `handleRequest`. */
export function createMcpPlugin<Known extends Access>(mount: Mount<Known>): FastifyPluginAsync<McpPluginOptions> {
  return async (app, options) => {
    const reportError = (error: unknown, requestId: string): AppError => {
      const known = edgeError(error);
      options.metrics.refusals.inc({ code: known.code });
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
      const resource = audienceOf(options.origin, (request.raw.url ?? '').split('?', 1)[0] ?? '');
      reply.code(status).headers(errorHeaders(known, resource));
      const isOpened = request.method === 'GET' && (status === 401 || status === 405);
      if (isOpened && wantsHtml(request.headers.accept)) {
        return sendDocument(reply, connectPage(resource, status === 401));
      }
      const context = { origin: options.origin, requestId: request.id };
      return reply.type('application/json').send(errorAnswer(known, null, context));
    });
  };
}

/** A person opened the URL of a connector: what it is for, and what to do with it. Never a redirect. */
function connectPage(resource: string, needsKey: boolean): string {
  const name = /([^/@]+)(@\d+)?\/mcp\/?$/.exec(resource)?.[1] ?? 'connector';
  const header = needsKey ? ' --header "Authorization: Bearer YOUR_KEY"' : '';
  const keyHint =
    'It asks for an API key: an owner or admin of the organization makes one. Clients send it as this header:';
  return renderPage({
    title: 'This address is for MCP clients',
    text: 'A browser cannot use it. Give it to Claude or to any other MCP client:',
    steps: [
      { text: 'In Claude: Settings, Connectors, Add custom connector. Paste this URL:', copy: resource },
      { text: 'In Claude Code, run:', copy: `claude mcp add --transport http ${name} ${resource}${header}` },
      ...(needsKey ? [{ text: keyHint, copy: 'Authorization: Bearer YOUR_KEY' }] : []),
    ],
  });
}
