import { type Logger, newId } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { dashboardProxy } from './dashboard/dashboard-proxy.ts';
import { createBrokenRequestHandler } from './http/broken-requests.ts';
import { checkReservedSegments } from './http/check-reserved-segments.ts';
import { addEdgeAnswers, answerEdgeError, edgeError } from './http/edge-error.ts';
import { addEdgeHooks } from './http/edge-hooks.ts';
import { trustedProxies } from './http/forwarded-headers.ts';
import type { RevokeExposedKey } from './http/refuse-url-tokens.ts';
import type { Surface } from './http/surface.ts';

export interface ServerOptions {
  readonly origin: string;
  readonly trustedProxies: readonly string[];
  readonly dashboardUpstream: string | undefined;
  readonly revokeExposedKey: RevokeExposedKey;
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
    revokeExposedKey: options.revokeExposedKey,
    logger: options.logger,
  });
  addEdgeAnswers(app, { origin: options.origin, logger: options.logger });
  const urls = new Set<string>();
  app.addHook('onRoute', (route) => void urls.add(route.url));
  for (const surface of options.surfaces) {
    // Never fastify-plugin: it would remove the encapsulation of surfaces.
    await app.register(async (walled) => surface.register(walled));
  }
  if (options.dashboardUpstream) await app.register(dashboardProxy, { upstream: options.dashboardUpstream });
  checkReservedSegments(urls);
  return app;
}
