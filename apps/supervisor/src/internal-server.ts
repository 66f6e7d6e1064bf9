import { createServer, type Server } from 'node:http';
import type { SandboxHost } from '@patchbay/sandbox/host';
import { listening } from './listening.ts';
import { renderMetrics } from './metrics.ts';

export interface InternalServerOptions {
  readonly port: number;
  readonly hostId: string;
}

/** `/health` and `/metrics` on loopback. 503 while no connector may run here. */
export async function listenInternally(host: SandboxHost, { port, hostId }: InternalServerOptions): Promise<Server> {
  const server = createServer(async (request, response) => {
    const health = host.health();
    if (request.url === '/health') {
      response.writeHead(health.ready ? 200 : 503, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ live: true, hostId, ...health }));
    }
    if (request.url === '/metrics') {
      const { contentType, text } = await renderMetrics(health);
      return void response.writeHead(200, { 'content-type': contentType }).end(text);
    }
    response.writeHead(404).end();
  });
  await listening(server, () => server.listen(port, '127.0.0.1'));
  return server;
}
