import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Fault, ProviderAnswer, ProviderEndpoint, ProviderFaults, ProviderRequest } from './provider-faults.ts';

/** The port of a URL that names none, as endpoints of providers must not. */
const HTTPS_PORT = 443;

interface ServerOptions {
  /** The certificate of every host. */
  readonly identity: { readonly cert: string; readonly key: string };
  readonly faults: ProviderFaults;
  endpointOf(url: URL): ProviderEndpoint;
  perform(request: ProviderRequest, url: URL): ProviderAnswer;
}

/** The listener of a stand-in provider: writes down what arrives, and lets go wrong what the test wants to go wrong. */
export class ProviderServer {
  /** A loopback address of its own: 127/8 is loopback as a whole, and its lower half stays for addresses picked by hand. */
  readonly address: string;
  readonly requests: ProviderRequest[] = [];
  readonly #options: ServerOptions;
  #server: Server | undefined;

  constructor(options: ServerOptions) {
    this.#options = options;
    const [first = 0, second = 0, third = 0] = randomBytes(3);
    this.address = `127.${128 + (first % 127)}.${second}.${1 + (third % 254)}`;
  }

  async listen(): Promise<void> {
    const server = createServer(this.#options.identity, (request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(HTTPS_PORT, this.address, resolve);
    });
    this.#server = server;
  }

  /** Ends every connection in the middle of what it does, and listens no more. */
  async kill(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  async #answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const server = this.#server;
    // A provider that was killed does nothing more.
    const isGone = () => response.destroyed || this.#server !== server;
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const host = (incoming.headers.host ?? '').replace(/:443$/, '');
    const url = new URL(incoming.url ?? '/', `https://${host}`);
    const request: ProviderRequest = {
      endpoint: this.#options.endpointOf(url),
      method: incoming.method ?? 'GET',
      host,
      path: url.pathname + url.search,
      headers: incoming.headers,
      body,
      account: null,
      status: null,
    };
    this.requests.push(request);
    const planned = this.#options.faults.take(request.endpoint);
    const isAt = (when: Fault['when']) => planned?.fault.when === when;
    planned?.onReached?.(request);
    const early = isAt('before') ? await strike(planned?.fault, response) : null;
    if (isGone()) return;
    const performed = early ?? this.#options.perform(request, url);
    const late = isAt('after') ? await strike(planned?.fault, response) : null;
    if (isGone()) return;
    send(response, late ?? performed);
    request.status = response.statusCode;
  }
}

/** @returns the answer that the fault gives instead; null where it only takes time, or closed the connection */
async function strike(fault: Fault | undefined, response: ServerResponse): Promise<ProviderAnswer | null> {
  if (fault?.act === 'answer') return fault.answer;
  if (fault?.act === 'hold') await fault.until;
  if (fault?.act === 'drop') response.destroy();
  return null;
}

function send(response: ServerResponse, { status, headers, body }: ProviderAnswer): void {
  const isText = typeof body === 'string';
  const type = isText ? 'text/html; charset=utf-8' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(isText ? body : JSON.stringify(body));
}
