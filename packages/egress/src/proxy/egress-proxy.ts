/**
 * A sandbox's only way out: one HTTP server on one unix socket per sandbox, which is what identifies it.
 *
 * The sandbox sends a plain request with the full URL. The proxy checks host and port against the manifest, resolves
 * once, refuses every address that is not public, connects to exactly that address, opens and verifies TLS itself and
 * sets Host and SNI from the URL it checked. It follows no redirect; the sandbox asks again and is checked again.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { AppError, asAppError } from '@patchbay/foundation';
import { matchDestination } from '../addresses/match-destination.ts';
import { resolveDestination } from '../addresses/resolve-destination.ts';
import { bounded } from '../bounded.ts';
import { hideInBody, hideInHeaders } from '../credentials/hide-credential.ts';
import { EGRESS_LIMITS, type EgressLimits } from '../egress-limits.ts';
import { DatabaseSessions } from '../postgres/database-sessions.ts';
import { leaseDatabase } from '../postgres/lease-database.ts';
import { type AuthorisedRequest, authorise } from './authorise-request.ts';
import type { EgressProxyOptions } from './egress-options.ts';
import { CREDENTIAL_HEADER, responseHeaders } from './header-rules.ts';
import { type Destination, openUpstream } from './open-upstream.ts';
import { openTunnel } from './tunnel.ts';

/** How often requests that are not complete are looked at. */
const CHECK_MS = 1_000;

export class EgressProxy {
  readonly #options: EgressProxyOptions & { readonly limits: EgressLimits };
  readonly #server: Server;
  readonly #databases: DatabaseSessions;
  /** Tunnels have left the server: it neither counts nor closes them. */
  readonly #tunnels = new Set<Socket>();
  /** Requests and tunnels that are open. */
  #active = 0;

  private constructor(options: EgressProxyOptions) {
    const limits: EgressLimits = { ...EGRESS_LIMITS, ...options.limits };
    this.#options = { ...options, limits };
    this.#databases = new DatabaseSessions(this.#options);
    const bounds = {
      maxHeaderSize: limits.headerBytes,
      headersTimeout: limits.connectMs,
      requestTimeout: limits.totalMs,
      connectionsCheckingInterval: Math.min(CHECK_MS, limits.connectMs),
    };
    this.#server = createServer(bounds, (request, response) => void this.#onRequest(request, response));
    this.#server.maxConnections = limits.connections * 2;
    // Longer than upstream's own idle bound, so that the sandbox learns which end was silent.
    this.#server.timeout = limits.idleMs + CHECK_MS;
    this.#server.on('connect', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      void this.#onConnect(request, socket, head);
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Socket) => {
      const error = new AppError('egress.request_refused', { detail: 'Protocol upgrades are not served.' });
      refuseRaw(socket, withoutQuery(request.url ?? ''), error, options);
    });
    this.#server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
      if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
      refuseRaw(socket, 'a request', unreadable(error.code), options);
    });
  }

  /** Listens on the socket. @throws AppError `sandbox.start_failed` when the sandbox is gone already */
  static async listen(socketPath: string, options: EgressProxyOptions): Promise<EgressProxy> {
    const proxy = new EgressProxy(options);
    await listen(proxy.#server, socketPath);
    return proxy;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
      for (const socket of this.#tunnels) socket.destroy();
    });
  }

  async #onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#enter(response);
      await forward(request, response, this.#options);
    } catch (error) {
      refuse(request, response, asAppError(error), this.#options);
    }
  }

  async #onConnect(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    this.#tunnels.add(socket);
    socket.once('close', () => this.#tunnels.delete(socket));
    socket.on('error', () => socket.destroy());
    try {
      this.#enter(socket);
      const reference = request.headers[CREDENTIAL_HEADER];
      if (reference === undefined) await openTunnel(request.url ?? '', { socket, head }, this.#options);
      else {
        const lease = leaseDatabase(request, String(reference), this.#options);
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        if (head.byteLength > 0) socket.unshift(head);
        await this.#databases.serve(socket, lease);
      }
    } catch (error) {
      refuseRaw(socket, `CONNECT ${request.url}`, asAppError(error), this.#options);
    }
  }

  /** Counts until the close, also what it refuses. @throws AppError `egress.limit_exceeded` */
  #enter(leaves: { once(event: 'close', leave: () => void): unknown }): void {
    this.#active += 1;
    leaves.once('close', () => {
      this.#active -= 1;
    });
    const { connections } = this.#options.limits;
    if (this.#active > connections) {
      throw new AppError('egress.limit_exceeded', { detail: `More than ${connections} requests are open at once.` });
    }
  }
}

function unreadable(code: string | undefined): AppError {
  const isLimit = code === 'ERR_HTTP_REQUEST_TIMEOUT' || code === 'HPE_HEADER_OVERFLOW';
  return new AppError(isLimit ? 'egress.limit_exceeded' : 'egress.request_refused', {
    detail: `The request cannot be read (${code}).`,
  });
}

interface ForwardOptions extends EgressProxyOptions {
  readonly limits: EgressLimits;
}

async function forward(request: IncomingMessage, response: ServerResponse, options: ForwardOptions): Promise<void> {
  const startedAt = performance.now();
  const { limits } = options;
  const url = readTarget(request);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const ruling = matchDestination(url.hostname, port, options.rules());
  if (!ruling.allowed) throw new AppError('egress.host_not_declared', { detail: `${ruling.reason}.` });
  const address = await resolveDestination(url.hostname, options);
  if (url.protocol === 'http:' && !options.trustedHosts?.has(url.hostname)) {
    throw new AppError('egress.request_refused', { detail: 'Plain http is not sent; use https.' });
  }
  const sent = await authorise(request, url, { rule: ruling.rule, calls: options.calls });
  const destination = { url, port, address, limits, authorities: options.certificateAuthorities };
  const upstream = await send(request, destination, sent);
  try {
    const answer = readable(responseHeaders(upstream.headers), sent.spellings, request.method === 'HEAD');
    const declaredBytes = Number(upstream.headers['content-length'] ?? 0);
    if (declaredBytes > limits.responseBytes) throw tooLarge('The answer', limits.responseBytes);
    response.writeHead(upstream.statusCode ?? 502, answer.headers);
    const steps = [...answer.steps, bounded(limits.responseBytes, 'The answer')];
    await pipeline([upstream, ...steps, response]);
  } finally {
    upstream.destroy();
    options.onSpent?.(performance.now() - startedAt);
  }
}

/** Sends the request; once more, with a new credential, where the provider refused the one that it had. */
async function send(
  request: IncomingMessage,
  destination: Omit<Destination, 'sent'>,
  sent: AuthorisedRequest,
): Promise<IncomingMessage> {
  const upstream = await openUpstream(request, { ...destination, sent });
  if (upstream.statusCode !== 401) return upstream;
  const renewed = await sent.renew();
  if (renewed === null) return upstream;
  upstream.destroy();
  return openUpstream(request, { ...destination, sent: renewed });
}

/** Headers and body steps of an answer; a credential that comes back in it is taken out. */
function readable(headers: ReturnType<typeof responseHeaders>, spellings: readonly string[], isHead: boolean) {
  if (spellings.length === 0) return { headers, steps: [] };
  // A session that the provider opens for the credential would be a bearer of the account.
  const { 'set-cookie': _, ...kept } = headers;
  const clean = hideInHeaders(kept, spellings);
  return isHead ? { headers: clean, steps: [] } : hideInBody(clean, spellings);
}

const tooLarge = (what: string, bytesMax: number) =>
  new AppError('egress.limit_exceeded', { detail: `${what} is larger than ${bytesMax} bytes.` });

function readTarget(request: IncomingMessage): URL {
  const target = request.url ?? '';
  const url = URL.canParse(target) ? new URL(target) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AppError('egress.request_refused', {
      detail: 'The request target is not an absolute http or https URL.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('egress.request_refused', { detail: 'A URL must not carry a user name or password.' });
  }
  if (request.method === 'TRACE') throw new AppError('egress.request_refused', { detail: 'TRACE is not sent.' });
  return url;
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: AppError,
  options: EgressProxyOptions,
): void {
  options.onRefusal(`${request.method} ${withoutQuery(request.url ?? '')}: ${error.code}: ${error.detail}`);
  if (response.headersSent) return void response.destroy();
  // The body is left unread; the connection cannot be used again.
  response.writeHead(error.spec.status, { 'content-type': 'application/json', connection: 'close' });
  response.end(bodyOf(error));
}

/** Where there is no response object: the same answer by hand. */
function refuseRaw(socket: Socket, what: string, error: AppError, options: EgressProxyOptions): void {
  options.onRefusal(`${what}: ${error.code}: ${error.detail}`);
  if (!socket.writable) return void socket.destroy();
  const body = bodyOf(error);
  const head = `HTTP/1.1 ${error.spec.status} Refused\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nConnection: close\r\n\r\n${body}`);
}

const bodyOf = (error: AppError) => JSON.stringify({ code: error.code, detail: error.detail, hint: error.hint });

/** Query strings carry keys; they are in no log. */
const withoutQuery = (target: string) => (target.split('?')[0] ?? '').slice(0, 500);

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      // The sandbox ended before it was assigned, and its directory with it.
      reject(new AppError('sandbox.start_failed', { internal: error.message, cause: error }));
    });
    server.listen(socketPath, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}
