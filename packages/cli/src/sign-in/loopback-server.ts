import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AppError } from '@patchbay/foundation';

export interface LoopbackServer {
  /** Where the browser is sent with the answer. */
  readonly redirectUri: string;
  /** The answer that fits the state; others are refused, and the wait continues. Rejects when the signal aborts. One at a time. */
  answer(state: string, signal: AbortSignal): Promise<URL>;
  close(): void;
}

const ADDRESS = '127.0.0.1';
const PATH = '/callback';

/**
 * Listens on this machine alone for the answer of a sign-in in the browser.
 *
 * @param port 0 for a free one
 * @param name of this machine in the address, as the client's document has it
 * @throws AppError cli.port_in_use
 * @see RFC 8252 §7.3, §8.3
 */
export async function listenForAnswer(
  port: number,
  name: '127.0.0.1' | 'localhost' = ADDRESS,
): Promise<LoopbackServer> {
  const server = createServer();
  server.listen(port, ADDRESS);
  try {
    await once(server, 'listening');
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new AppError('cli.port_in_use', { detail: `Port ${port} is in use.`, cause: error }) : error;
  }
  const { port: chosen } = server.address() as AddressInfo; // it listens on a port
  const authority = `${name}:${chosen}`;
  return {
    redirectUri: `http://${authority}${PATH}`,
    answer: (state, signal) =>
      new Promise<URL>((resolve, reject) => {
        const onRequest = (request: IncomingMessage, response: ServerResponse) => {
          const url = readAnswer(request, authority, state);
          if (url === null) return refuse(response);
          const isRefused = url.searchParams.has('error');
          response.once('finish', () => resolve(url));
          respond(response, 200, renderAnswerPage(isRefused ? 'refused' : 'allowed'));
        };
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        // The wait before has ended, and answers no more.
        server.removeAllListeners('request').on('request', onRequest);
      }),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The answer, when it comes to this address under its own name and names the state. Pure but for its arguments. */
function readAnswer({ method, url, headers }: IncomingMessage, authority: string, state: string): URL | null {
  // Another name for this address would be a page that had its name point here.
  if (method !== 'GET' || headers.host !== authority) return null;
  const target = new URL(url ?? '/', `http://${authority}`);
  return target.pathname === PATH && target.searchParams.get('state') === state ? target : null;
}

function refuse(response: ServerResponse): void {
  respond(response, 404, renderAnswerPage('unknown'));
}

function respond(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      connection: 'close',
    })
    .end(html);
}

const TEXTS = {
  allowed: ['Signed in', 'The command line continues in your terminal. You can close this window.'],
  refused: ['Not signed in', 'Nothing was allowed. You can close this window.'],
  unknown: ['Nothing waits here', 'This address answers one sign-in of the command line, once.'],
} as const;

/** The page at the end of a sign-in, in the look of the platform's own pages. */
function renderAnswerPage(about: keyof typeof TEXTS): string {
  const [title, text] = TEXTS[about];
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title} · Patchbay</title>
<style>
:root { color-scheme: light dark; }
body { margin: 0; padding: 1rem; background: light-dark(#f6f7f9, #17181a); color: light-dark(#1a1b1e, #e9ecef); font: 1rem/1.5 system-ui, sans-serif; }
main { max-width: 34rem; margin: 6vh auto; padding: 1.75rem 2rem; background: light-dark(#fff, #212327); border: 1px solid light-dark(#d5d9de, #43464c); border-radius: 12px; }
h1 { margin: 0 0 1rem; font-size: 1.5rem; line-height: 1.25; }
</style></head>
<body><main><h1>${title}</h1>
<p>${text}</p>
</main></body>
</html>
`;
}
