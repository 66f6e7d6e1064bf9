import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, type Registry } from 'prom-client';
import { HEALTH_STATES, type Health } from './health.ts';

export interface InternalServerOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly metrics: Registry;
  readHealth(): Promise<Health>;
}

export interface InternalServer {
  readonly port: number;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/**
 * Opens the listener of a process for its operator, on loopback alone:
 *
 * - `GET /health`: {@link Health}; 503 when `down`, 200 otherwise.
 * - `GET /health/live`: 200 as long as the event loop turns. Asks nothing else.
 * - `GET /metrics`: Prometheus text format.
 *
 * @throws Error EADDRINUSE when the port is taken
 */
export async function startInternalServer(options: InternalServerOptions): Promise<InternalServer> {
  const pages = { ...options, record: registerHealth(options.metrics) };
  const server = createServer((request, response) => {
    answer(request, pages).then(
      ({ status, contentType, body }) => response.writeHead(status, { 'content-type': contentType }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  // Rejects with the server's error.
  await once(server.listen(options.port, '127.0.0.1'), 'listening');
  // A TCP server that listens has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

interface Pages extends InternalServerOptions {
  /** Writes a health into the metrics, for alerts. */
  record(health: Health): void;
}

async function answer({ method, url = '' }: IncomingMessage, pages: Pages): Promise<Answer> {
  const read = ROUTES.get(url.replace(/\?.*$/, ''));
  if (read === undefined) return { status: 404, contentType: 'text/plain', body: 'Not found\n' };
  if (method !== 'GET') return { status: 405, contentType: 'text/plain', body: 'Only GET is allowed\n' };
  return read(pages);
}

const ROUTES: ReadonlyMap<string, (pages: Pages) => Promise<Answer>> = new Map([
  ['/health/live', async () => json(200, { state: 'ok' })],
  [
    '/health',
    async ({ readHealth }: Pages) => {
      const health = await readHealth();
      return json(health.state === 'down' ? 503 : 200, health);
    },
  ],
  [
    '/metrics',
    async ({ metrics, readHealth, record }: Pages) => {
      record(await readHealth());
      return { status: 200, contentType: metrics.contentType, body: await metrics.metrics() };
    },
  ],
]);

function json(status: number, value: unknown): Answer {
  return { status, contentType: 'application/json', body: JSON.stringify(value) };
}

function registerHealth(metrics: Registry): Pages['record'] {
  const registers = [metrics];
  const process = new Gauge({
    name: 'patchbay_health',
    help: 'State of this process at /health: 1 for the state it has, 0 for the other two. Alert on state="down".',
    labelNames: ['state'],
    registers,
  });
  const checks = new Gauge({
    name: 'patchbay_health_check',
    help: 'State of each check at /health: 1 for the state it has, 0 for the other two. Alert on state="down".',
    labelNames: ['check', 'state'],
    registers,
  });
  return (health) => {
    for (const state of HEALTH_STATES) {
      process.set({ state }, health.state === state ? 1 : 0);
      for (const [check, condition] of Object.entries(health.checks)) {
        checks.set({ check, state }, condition.state === state ? 1 : 0);
      }
    }
  };
}
