import { chmod, mkdir, rm } from 'node:fs/promises';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { type SandboxHost, serveConnection } from '@patchbay/sandbox/host';
import { renderMetrics } from './metrics.ts';

/** The framed unix socket for gateway and worker. Who can open the file can ask for sandboxes: mode 0600. */
export async function listenForClients(socketPath: string, host: SandboxHost): Promise<{ close(): void }> {
  await mkdir(dirname(socketPath), { recursive: true });
  await rm(socketPath, { force: true });
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serveConnection(socket, host);
  });
  await listening(server, () => server.listen(socketPath));
  await chmod(socketPath, 0o600);
  return {
    close: () => {
      server.close();
      // Soon: an answer that was written in this turn still leaves.
      for (const socket of sockets) socket.destroySoon();
    },
  };
}

/** `/health` and `/metrics` on loopback. 503 while no connector may run here. */
export async function listenInternally(port: number, host: SandboxHost): Promise<HttpServer> {
  const server = createHttpServer(async (request, response) => {
    const health = host.health();
    if (request.url === '/health') {
      response.writeHead(health.ready ? 200 : 503, { 'content-type': 'application/json' });
      return void response.end(JSON.stringify({ live: true, ...health }));
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

function listening(server: Server | HttpServer, listen: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    listen();
  });
}
