import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';

export interface BearerProxy {
  readonly origin: string;
  close(): Promise<void>;
}

/**
 * A loopback proxy that adds a bearer to every request, because the suite cannot. Everything else passes as it is: the
 * suite's strange hosts and origins must arrive, and streams must flow.
 */
export async function startBearerProxy(target: string, bearer: string): Promise<BearerProxy> {
  const upstream = new URL(target);
  let own = '';
  const forward = (incoming: IncomingMessage, answer: ServerResponse) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${bearer}` };
    if (headers.host === own) headers.host = upstream.host;
    if (headers.origin === `http://${own}`) headers.origin = upstream.origin;
    const { hostname, port } = upstream;
    const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (received) => {
      answer.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    // Hanging up is how a client cancels: it must be seen on the other side.
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  };
  const server = createServer(forward).listen(0, 'localhost');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  own = `localhost:${address.port}`;
  return {
    origin: `http://${own}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
