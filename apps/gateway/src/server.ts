import type { AddressInfo } from 'node:net';
import httpProxy from '@fastify/http-proxy';
import { RESERVED_ORGANIZATION_SLUGS } from '@patchbay/domain/organizations';
import { AppError, type Logger, newId } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyPluginAsync } from 'fastify';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { createBrokenRequestHandler } from './http/broken-requests.ts';
import { addEdgeAnswers, answerEdgeError, edgeError } from './http/edge-error.ts';
import { addEdgeHooks } from './http/edge-hooks.ts';
import { trustedProxies } from './http/forwarded-headers.ts';
import type { RevokeExposed } from './http/refuse-url-tokens.ts';
import type { Surface } from './http/surface.ts';
import type { AddressBudget } from './limits/address-budget.ts';

const DRAIN_MS = 10_000;
/** A page that waits for the dashboard asks again after this. */
const DASHBOARD_RETRY_SECONDS = 5;

/** Possible names of an organization. Segments of any other form are never taken for one. */
const SLUG_FORM = /^[a-z0-9-]+$/;

/**
 * Checks that no first segment of a route can be the name of an organization. Runs at every start against the router
 * itself, so that a new route and an organization can never share a URL.
 *
 * @param urls patterns of the routes, `/api/v1/me`, `/:organization/:connector/mcp`
 * @throws Error naming the routes
 */
function checkReservedSegments(urls: Iterable<string>): void {
  const reserved = new Set<string>(RESERVED_ORGANIZATION_SLUGS);
  const open = [...urls].filter((url) => {
    const segment = url.split('/')[1] ?? '';
    return SLUG_FORM.test(segment) && /[a-z0-9]/.test(segment) && !reserved.has(segment);
  });
  if (open.length > 0) {
    throw new Error(`routes below a name an organization could take: ${open.join(', ')}; reserve it in slugs.ts`);
  }
}

/** The dashboard behind the public origin. It decides nothing about permissions, and its session is the API's. */
const dashboardProxy: FastifyPluginAsync<{ upstream: string }> = async (app, { upstream }) => {
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
        reply.send(
          new AppError('edge.dashboard_unavailable', {
            cause: error,
            internal: error.message,
            retryAfterSeconds: DASHBOARD_RETRY_SECONDS,
          }),
        );
      },
    },
  });
};

export interface ServerOptions {
  readonly origin: string;
  readonly trustedProxies: readonly string[];
  readonly dashboardUpstream: string | undefined;
  readonly revokeExposed: RevokeExposed;
  /** Counts requests before authentication. */
  readonly addressBudget: Pick<AddressBudget, 'admit' | 'settle'>;
  readonly logger: Logger;
  /** In the order in which they are registered. */
  readonly surfaces: readonly Surface[];
}

/** The public listener: edge hooks, then each surface encapsulated on its own, then the dashboard. */
export async function createServer(options: ServerOptions): Promise<FastifyInstance> {
  const loggerInstance: FastifyBaseLogger = options.logger;
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true }),
    // Lines name their request themselves; a logger per request costs every request something.
    childLoggerFactory: (logger) => logger,
    // A caller's request id is ignored; ours cannot be chosen.
    requestIdHeader: false,
    genReqId: () => newId('request'),
    // Surfaces that take uploads have another limit per route.
    bodyLimit: CALL_LIMITS.requestBytes.value,
    forceCloseConnections: 'idle',
    // The edge hooks answer what arrives while closing, in our own form.
    return503OnClosing: false,
    clientErrorHandler: createBrokenRequestHandler(options.origin),
    frameworkErrors: (error, request, reply) =>
      void answerEdgeError({ origin: options.origin, logger: options.logger }, request, reply, edgeError(error)),
    http: {
      headersTimeout: CALL_LIMITS.headerArrival.value,
      requestTimeout: CALL_LIMITS.uploadArrival.value,
      maxHeaderSize: CALL_LIMITS.headerBytes.value,
    },
    routerOptions: { caseSensitive: true, maxParamLength: 128 },
  });

  addEdgeHooks(app, {
    origin: options.origin,
    isTrustedProxy: trustedProxies(options.trustedProxies),
    revokeExposed: options.revokeExposed,
    addressBudget: options.addressBudget,
    logger: options.logger,
  });
  addEdgeAnswers(app, { origin: options.origin, logger: options.logger });
  const urls = new Set<string>();
  app.addHook('onRoute', (route) => void urls.add(route.url));
  for (const surface of options.surfaces) {
    // Never fastify-plugin: it would remove the encapsulation of surfaces.
    await app.register(async (scope) => surface.register(scope));
  }
  if (options.dashboardUpstream) await app.register(dashboardProxy, { upstream: options.dashboardUpstream });
  checkReservedSegments(urls);
  return app;
}

/** Calls in flight get their time; what is open after that is closed under its caller. */
export async function closeServer(app: FastifyInstance): Promise<void> {
  // A connection goes idle when its last answer is out; kept alive, it would hold the end up.
  const idle = setInterval(() => app.server.closeIdleConnections(), 20);
  const late = setTimeout(() => app.server.closeAllConnections(), DRAIN_MS);
  await app.close();
  clearInterval(idle);
  clearTimeout(late);
}

export function portOf(app: FastifyInstance): number {
  // A listening TCP server has an AddressInfo, never a pipe's name.
  return (app.server.address() as AddressInfo).port;
}
