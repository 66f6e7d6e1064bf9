import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

export interface DependencyHealth {
  readonly state: 'up' | 'down';
  readonly reason?: string;
}

export interface InternalServerOptions {
  readonly port: number;
  readonly metrics: Registry;
  /** Name → how it is; the worker is ready when every one is up. */
  dependencies(): Promise<Readonly<Record<string, DependencyHealth>>>;
}

/** `/health` and `/metrics` on loopback. */
export async function startInternalServer(options: InternalServerOptions): Promise<{ port: number; server: Server }> {
  const server = createServer((request, response) => {
    const answer = request.url === '/health' ? health(options) : request.url === '/metrics' ? metrics(options) : null;
    if (request.method !== 'GET' || answer === null) {
      response.writeHead(404).end();
      return;
    }
    answer.then(
      ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  // A TCP server that listens has an address with a port.
  return { port: (server.address() as AddressInfo).port, server };
}

async function health({ dependencies }: InternalServerOptions) {
  const found = await dependencies();
  const ready = Object.values(found).every(({ state }) => state === 'up');
  const body = JSON.stringify({ live: true, ready, dependencies: found });
  return { status: ready ? 200 : 503, type: 'application/json', body };
}

async function metrics({ metrics: registry }: InternalServerOptions) {
  return { status: 200, type: registry.contentType, body: await registry.metrics() };
}
