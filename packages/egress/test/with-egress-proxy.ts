import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp, type ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { EgressRule } from '@patchbay/sandbox-protocol';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { SandboxCalls } from '../src/credentials/sandbox-calls.ts';
import type { EgressProxyOptions } from '../src/proxy/egress-options.ts';
import { EgressProxy } from '../src/proxy/egress-proxy.ts';
import { givenCall, HOST, TOKEN } from './given-grant.ts';
import { TEST_AUTHORITY, TEST_SERVER } from './local-authority.ts';

export const SHOP = 'shop.wild.example';
export const OTHER_SHOP = 'other.wild.example';
/** A request that arrived at the upstream. */
interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  body: string;
}

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** In flight unless a test enters its own: requests that name no call are held to it. */
const WRITING = givenCall({ effect: 'write' });

type ProxyOptions = Partial<EgressProxyOptions> & { rules?: () => readonly EgressRule[] };

/** The egress proxy, spoken to as a sandbox speaks to it: raw bytes on its unix socket, real TLS behind it. */
export class TestEgressProxy {
  readonly seen: Seen[] = [];
  readonly refusals: string[] = [];
  #upstream: Server | undefined;
  #proxy: EgressProxy | undefined;
  #port = 0;
  #directory = '';
  #calls = new SandboxCalls();

  /** Where the upstream listens. */
  get port(): number {
    return this.#port;
  }

  get socketPath(): string {
    return join(this.#directory, 'egress.sock');
  }

  /** Calls of the sandbox; one that may write is in flight. */
  get calls(): SandboxCalls {
    return this.#calls;
  }

  async openUpstream(): Promise<void> {
    const upstream = createServer(TEST_SERVER, (request, response) => {
      const record: Seen = { method: request.method, url: request.url, headers: request.headers, body: '' };
      this.seen.push(record);
      request.on('data', (chunk: Buffer) => {
        record.body += chunk;
      });
      request.on('end', () => answer(request, response));
      request.on('error', () => {});
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    // It listens over TCP, so it has an address with a port.
    this.#port = (upstream.address() as AddressInfo).port;
    this.#upstream = upstream;
  }

  closeUpstream(): void {
    this.#upstream?.closeAllConnections();
    this.#upstream?.close();
  }

  /** Starts a proxy before the upstream; `stop` ends it, and so does the end of the test. */
  async start(options: ProxyOptions = {}): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'egress-'));
    this.#calls = new SandboxCalls();
    this.#calls.enter(WRITING, []);
    const { port } = this;
    this.#proxy = await EgressProxy.listen(this.socketPath, {
      rules: () => [HOST, '*.wild.example', 'inside.example'].map((host) => ({ host, port })),
      onRefusal: (text) => this.refusals.push(text),
      certificateAuthorities: [TEST_AUTHORITY],
      trustedHosts: new Set([HOST, SHOP, OTHER_SHOP]),
      resolver: async () => ['127.0.0.1'],
      calls: this.#calls,
      ...options,
    });
  }

  async stop(): Promise<void> {
    await this.#proxy?.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  /** The URL of the upstream under one of its names. */
  at(path: string, host = HOST): string {
    return `https://${host}:${this.port}${path}`;
  }

  ask(url: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = requestHttp({ socketPath: this.socketPath, path: url, headers, method }, (response) => {
        let text = '';
        const done = () => resolve({ status: response.statusCode, headers: response.headers, body: text });
        response.on('data', (chunk: Buffer) => {
          text += chunk;
        });
        response.on('end', done).on('error', done);
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Sends bytes as they are and answers everything that comes back until the proxy closes. */
  raw(text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(this.socketPath, () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => {
        answer += chunk;
      });
      socket.on('close', () => resolve(answer)).on('error', () => {});
    });
  }
}

/** One upstream for the enclosing file; a test starts the proxies that it needs, and each ends with its test. */
export function withEgressProxy(): TestEgressProxy {
  const here = new TestEgressProxy();
  beforeAll(() => here.openUpstream());
  afterEach(async () => {
    await here.stop();
    here.seen.length = 0;
    here.refusals.length = 0;
  });
  afterAll(() => here.closeUpstream());
  return here;
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const authority = String(request.headers.authorization ?? request.headers['x-api-key'] ?? '');
  const echo = {
    authority,
    token: TOKEN,
    packed: Buffer.from(authority).toString('base64'),
    url: encodeURIComponent(TOKEN),
    path: request.url,
  };
  const stale = new URL(request.url ?? '/', 'https://x').pathname === '/stale' && authority.endsWith(TOKEN);
  if (stale) return void response.writeHead(401).end('refused');
  if (request.url?.startsWith('/echo?') || request.url === '/echo') {
    response.writeHead(200, {
      'x-echo': authority,
      'x-path': request.url,
      'content-type': 'application/json',
      'set-cookie': 'session=bearer-of-the-account',
    });
    // In two pieces, cut inside the value.
    const text = JSON.stringify(echo);
    const middle = text.indexOf('en+Value');
    response.write(text.slice(0, middle));
    setTimeout(() => response.end(text.slice(middle)), 20);
  } else if (request.url?.startsWith('/echo-gzip')) {
    response
      .writeHead(200, { 'content-encoding': 'gzip', 'content-type': 'text/plain' })
      .end(gzipSync(JSON.stringify(echo)));
  } else if (request.url === '/huge') response.writeHead(200, { 'content-length': String(2 * 1024 ** 3) }).end();
  else if (request.url === '/drip') {
    response.writeHead(200);
    const timer = setInterval(() => response.write('x'), 50);
    response.on('close', () => clearInterval(timer));
  } else if (request.url === '/silent') return;
  else if (request.url === '/headers') response.writeHead(200, { 'x-long': 'x'.repeat(20_000) }).end();
  else response.end('hello');
}
