import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The end of an authorization as a client has it: a listener that takes the answer and shows a page. */
export interface CallbackListener {
  readonly port: number;
  /** The next answer at this path: its parameters. */
  next(path: string): Promise<URLSearchParams>;
  close(): Promise<void>;
}

/** Listens on loopback, under `localhost` and `127.0.0.1`. */
export async function startCallbackListener(): Promise<CallbackListener> {
  const waiting = new Map<string, (parameters: URLSearchParams) => void>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('content-type', 'text/html').end('<title>Callback</title><p>You can close this page.</p>');
    waiting.get(pathname)?.(searchParams);
    waiting.delete(pathname);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A listening TCP server has an AddressInfo.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    next: (path) => new Promise((resolve) => waiting.set(path, resolve)),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
