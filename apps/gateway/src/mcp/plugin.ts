import { audienceOf, parseResource } from '@patchbay/domain/endpoints';
import { AppError, type Logger } from '@patchbay/foundation';
import type { FastifyPluginAsync } from 'fastify';
import { sendDocument } from '../http/document.ts';
import { edgeError, logRefusal } from '../http/edge-error.ts';
import { renderPage, wantsHtml } from '../http/render-page.ts';
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
      const resource = audienceOf(options.origin, parseResource(path) === null ? '' : path);
      reply.code(status).headers(errorHeaders(known, resource));
      const isOpened = request.method === 'GET' && (status === 401 || status === 405);
      if (isOpened && wantsHtml(request.headers.accept)) {
        return sendDocument(reply, connectPage(resource, callersOf(known)));
      }
      const context = { origin: options.origin, requestId: request.id };
      return reply.type('application/json').send(errorAnswer(known, null, context));
    });
  };
}

/** How callers of a URL authenticate, as far as the refusal of a request without credentials shows it. */
type Callers = 'anyone' | 'signed in' | 'with a key';

function callersOf({ spec: { status }, data }: AppError): Callers {
  if (status !== 401) return 'anyone';
  return data?.resourceMetadata === undefined ? 'with a key' : 'signed in';
}

/** A person opened the URL of a connector: what it is for, and what to do with it. Never a redirect. */
function connectPage(resource: string, callers: Callers): string {
  const name = /([^/@]+)(@\d+)?\/mcp\/?$/.exec(resource)?.[1] ?? 'connector';
  const header = callers === 'with a key' ? ' --header "Authorization: Bearer YOUR_KEY"' : '';
  return renderPage({
    title: 'This address is for MCP clients',
    text: 'A browser cannot use it. Give it to Claude or to any other MCP client:',
    steps: [
      { text: 'In Claude: Settings, Connectors, Add custom connector. Paste this URL:', copy: resource },
      { text: 'In Claude Code, run:', copy: `claude mcp add --transport http ${name} ${resource}${header}` },
      ...FURTHER_STEPS[callers],
    ],
  });
}

const FURTHER_STEPS = {
  anyone: [],
  'signed in': [
    {
      text: 'The client opens a page where you sign in and allow what it may do. In Claude Code, start that with:',
      copy: '/mcp',
    },
  ],
  'with a key': [
    {
      text: 'It asks for an API key: an owner or admin of the organization makes one. Clients send it as this header:',
      copy: 'Authorization: Bearer YOUR_KEY',
    },
  ],
} as const satisfies Record<Callers, readonly { text: string; copy: string }[]>;
