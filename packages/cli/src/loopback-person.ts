import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Person } from '@patchbay/doctor';
import { waitAtMost } from '@patchbay/foundation';
import { openBrowser } from './open-browser.ts';
import type { ProgramContext } from './program-context.ts';

/** Time for a person to sign in and to allow it. Milliseconds. */
const SIGN_IN_MS_MAX = 300_000;
const PATH = '/callback';
const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Patchbay Doctor</title><p>Received. Close this page, and read the terminal.</p>';

export interface LoopbackPerson extends Person {
  close(): void;
}

/** The person at this terminal with their own browser, awaited on a loopback port. @see RFC 8252 §7.3 */
export async function createLoopbackPerson(context: ProgramContext): Promise<LoopbackPerson> {
  let receive: (callback: URL) => void = () => {};
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', redirectUri);
    if (url.pathname !== PATH) return void response.writeHead(404).end();
    const headers = {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    };
    response.writeHead(200, headers).end(PAGE);
    receive(url);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on a port, so it has an address with one. `localhost` is the name that Claude Code's document has.
  const redirectUri = `http://localhost:${(server.address() as AddressInfo).port}${PATH}`;
  return {
    redirectUri,
    async signIn(authorizeUrl) {
      const came = new Promise<URL>((resolve) => {
        receive = resolve;
      });
      context.output.error(`Sign in and allow it, at most once for each way of registration:\n  ${authorizeUrl.href}`);
      if (context.interactive) openBrowser(authorizeUrl.href);
      let callback: URL | null = null;
      const interrupted = once(context.signal, 'abort').then(() => undefined);
      const signedIn = came.then((url) => {
        callback = url;
      });
      await waitAtMost(SIGN_IN_MS_MAX, Promise.race([signedIn, interrupted]));
      return callback;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
