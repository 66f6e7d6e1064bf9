import Fastify, { type FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import type { Health } from './health.ts';

export interface InternalServerOptions {
  readonly registry: Registry;
  readHealth(): Promise<Health>;
}

/** Health and metrics, on a listener of their own that only this machine reaches. */
export function createInternalServer(options: InternalServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, forceCloseConnections: true });
  /** 200 while requests may be sent here, 503 otherwise; the body says why either way. */
  app.get('/health', async (_request, reply) => {
    const health = await options.readHealth();
    return reply.code(health.ready ? 200 : 503).send(health);
  });
  /** 200 as long as the process answers at all: what a supervisor of processes asks. */
  app.get('/health/live', async () => ({ live: true }));
  app.get('/metrics', async (_request, reply) => {
    return reply.type(options.registry.contentType).send(await options.registry.metrics());
  });
  return app;
}
