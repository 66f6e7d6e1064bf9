/**
 * A sandbox's only way out: one HTTP server on one unix socket per sandbox, which is what identifies it.
 *
 * The sandbox sends a plain request with the full URL. The proxy checks host and port against the manifest, resolves
 * once, refuses every address that is not public, connects to exactly that address, opens and verifies TLS itself and
 * sets Host and SNI from the URL it checked. It follows no redirect; the sandbox asks again and is checked again.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestOptions,
  request as requestHttp,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError, asAppError } from '@patchbay/foundation';
import type { EgressRule } from '../../protocol/egress-rule.ts';
import { SANDBOX_LIMITS } from '../limits.ts';
import { requestHeaders, responseHeaders } from './header-rules.ts';
import { matchDestination } from './match-destination.ts';
import { type ResolveOptions, resolveDestination } from './resolve-destination.ts';

const LIMITS = SANDBOX_LIMITS.egress;

export interface EgressProxyOptions extends ResolveOptions {
  /** The rules that hold now, from the key's manifest. */
  rules(): readonly EgressRule[];
  /** A refusal, for the author's log. */
  onRefusal(text: string): void;
  /** Time a request spent outside, for the timings of the invocation. */
  onSpent?(milliseconds: number): void;
  /** Certificate authorities beside the system's; tests bring their own. */
  readonly certificateAuthorities?: readonly string[] | undefined;
}

export interface EgressProxy {
  close(): Promise<void>;
}

/** Listens on the socket. @throws AppError `sandbox.start_failed` when the sandbox is gone already */
export async function startEgressProxy(socketPath: string, options: EgressProxyOptions): Promise<EgressProxy> {
  let active = 0;
  const server = createServer(
    { maxHeaderSize: LIMITS.headerBytes, requestTimeout: LIMITS.totalMs },
    (request, response) => {
      active += 1;
      response.once('close', () => {
        active -= 1;
      });
      const serve = active > LIMITS.connections ? tooMany() : forward(request, response, options);
      serve.catch((error: unknown) => refuse(request, response, asAppError(error), options));
    },
  );
  server.maxConnections = LIMITS.connections * 2;
  server.headersTimeout = LIMITS.connectMs;
  server.on('connect', (request, socket) => {
    options.onRefusal(`CONNECT ${request.url}: tunnels are not served`);
    socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  server.on('upgrade', (request, socket) => {
    options.onRefusal(`${request.url}: protocol upgrades are not served`);
    socket.end('HTTP/1.1 501 Not Implemented\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  });
  await listen(server, socketPath);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function tooMany(): Promise<never> {
  throw new AppError('egress.limit_exceeded', { detail: `More than ${LIMITS.connections} requests are open at once.` });
}

async function forward(request: IncomingMessage, response: ServerResponse, options: EgressProxyOptions): Promise<void> {
  const startedAt = performance.now();
  const url = readTarget(request.url ?? '');
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  const ruling = matchDestination(url.hostname, port, options.rules());
  if (!ruling.allowed) throw new AppError('egress.host_not_declared', { detail: `${ruling.reason}.` });
  const address = await resolveDestination(url.hostname, options);
  const upstream = await open(request, { url, port, address, options });
  response.writeHead(upstream.statusCode ?? 502, responseHeaders(upstream.headers));
  try {
    await pipeline(upstream, bounded(LIMITS.responseBytes, 'The answer'), response);
  } finally {
    options.onSpent?.(performance.now() - startedAt);
  }
}

function readTarget(target: string): URL {
  const url = URL.canParse(target) ? new URL(target) : null;
  if (!url || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw new AppError('egress.request_refused', {
      detail: 'The request target is not an absolute http or https URL.',
    });
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError('egress.request_refused', { detail: 'A URL must not carry a user name or password.' });
  }
  return url;
}

interface Destination {
  readonly url: URL;
  readonly port: number;
  readonly address: string;
  readonly options: EgressProxyOptions;
}

function open(request: IncomingMessage, destination: Destination): Promise<IncomingMessage> {
  const { url, port, address, options } = destination;
  const isTls = url.protocol === 'https:';
  const sent: RequestOptions & { servername?: string; ca?: string[] } = {
    host: address,
    port,
    method: request.method,
    path: `${url.pathname}${url.search}`,
    headers: requestHeaders(request.headers, url.host),
    agent: false,
    timeout: LIMITS.idleMs,
    maxHeaderSize: LIMITS.headerBytes,
    setHost: false,
    signal: AbortSignal.timeout(LIMITS.totalMs),
  };
  if (isTls && isIP(url.hostname) === 0) sent.servername = url.hostname;
  if (isTls && options.certificateAuthorities) sent.ca = [...options.certificateAuthorities];
  return new Promise((resolve, reject) => {
    const upstream = (isTls ? requestHttps : requestHttp)(sent, resolve);
    upstream.on('timeout', () => upstream.destroy(new Error('timed out')));
    upstream.on('error', (error: NodeJS.ErrnoException) => {
      const said = error.code ?? error.message;
      reject(new AppError('egress.upstream_failed', { detail: `${url.host}: ${said}.`, cause: error }));
    });
    request.once('close', () => {
      if (!request.complete) upstream.destroy();
    });
    pipeline(request, bounded(LIMITS.requestBytes, 'The request'), upstream).catch(reject);
  });
}

function bounded(bytesMax: number, what: string): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.byteLength;
      if (seen <= bytesMax) return done(null, chunk);
      done(new AppError('egress.limit_exceeded', { detail: `${what} is larger than ${bytesMax} bytes.` }));
    },
  });
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
  response.end(JSON.stringify({ code: error.code, detail: error.detail, hint: error.spec.hint }));
}

/** Query strings carry keys; they are in no log. */
const withoutQuery = (target: string) => (target.split('?')[0] ?? '').slice(0, 500);

function listen(server: Server, socketPath: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      // The sandbox ended before it was anybody's, and its directory with it.
      reject(new AppError('sandbox.start_failed', { internal: error.message, cause: error }));
    });
    server.listen(socketPath, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}
