/** The proxy itself, spoken to as a sandbox speaks to it: raw bytes on its unix socket, real TLS behind it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { Secret } from '@patchbay/foundation';
import type { EgressRule } from '@patchbay/sandbox-protocol';
import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { waitFor } from '@patchbay/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CredentialReferences } from '../src/credentials/credentials.ts';
import type { EgressProxyOptions } from '../src/proxy/egress-options.ts';
import { EgressProxy } from '../src/proxy/egress-proxy.ts';
import { TEST_AUTHORITY, TEST_SERVER } from './local-authority.ts';

const HOST = 'api.upstream.example';
const SHOP = 'shop.wild.example';
const OTHER_SHOP = 'other.wild.example';
const TOKEN = 'tok/en+Value==4711';

interface Seen {
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  body: string;
}

let upstream: Server;
let port: number;
let directory: string;
let proxy: EgressProxy;
let references: CredentialReferences;
const seen: Seen[] = [];
const refusals: string[] = [];

beforeAll(async () => {
  upstream = createServer(TEST_SERVER, (request, response) => {
    const record: Seen = { url: request.url, headers: request.headers, body: '' };
    seen.push(record);
    request.on('data', (chunk: Buffer) => {
      record.body += chunk;
    });
    request.on('end', () => answer(request, response));
    request.on('error', () => {});
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  port = (upstream.address() as AddressInfo).port;
});
afterAll(() => {
  upstream.closeAllConnections();
  upstream.close();
});

function answer(request: IncomingMessage, response: import('node:http').ServerResponse): void {
  const authority = String(request.headers.authorization ?? '');
  const echo = {
    authority,
    token: authority.slice(7),
    packed: Buffer.from(authority).toString('base64'),
    url: encodeURIComponent(TOKEN),
  };
  if (request.url === '/echo') {
    response.writeHead(200, { 'x-echo': authority, 'content-type': 'application/json' });
    // In two pieces, cut inside the value.
    const text = JSON.stringify(echo);
    const middle = text.indexOf('en+Value');
    response.write(text.slice(0, middle));
    setTimeout(() => response.end(text.slice(middle)), 20);
  } else if (request.url === '/echo-gzip') {
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

async function given(options: Partial<EgressProxyOptions> & { rules?: () => readonly EgressRule[] } = {}) {
  directory = await mkdtemp(join(tmpdir(), 'egress-'));
  references = new CredentialReferences();
  proxy = await EgressProxy.listen(join(directory, 'egress.sock'), {
    rules: () => [HOST, '*.wild.example', 'inside.example'].map((host) => ({ host, port })),
    onRefusal: (text) => refusals.push(text),
    certificateAuthorities: [TEST_AUTHORITY],
    trustedHosts: new Set([HOST, SHOP, OTHER_SHOP]),
    resolver: async () => ['127.0.0.1'],
    credentials: references,
    ...options,
  });
}

beforeEach(() => {
  seen.length = 0;
  refusals.length = 0;
});
afterEach(async () => {
  await proxy.close();
  await rm(directory, { recursive: true, force: true });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

function ask(url: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = requestHttp({ socketPath: join(directory, 'egress.sock'), path: url, headers, method }, (response) => {
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
function raw(text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(join(directory, 'egress.sock'), () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer)).on('error', () => {});
  });
}

const at = (path: string, host = HOST) => `https://${host}:${port}${path}`;

describe('header injection and request smuggling', () => {
  beforeEach(() => given());

  it.each([
    ['Host', 'evil.example'],
    ['Connection', 'x-secret'],
    ['Proxy-Authorization', 'Basic x'],
    ['Proxy-Connection', 'keep-alive'],
    ['Patchbay-Token', 'x'],
    ['TE', 'trailers'],
    ['Keep-Alive', 'timeout=1'],
  ])('the egress proxy refuses the request header %s', async (name, value) => {
    expect(await ask(at('/'), { [name]: value })).toMatchObject({
      status: 400,
      body: expect.stringContaining('egress.header_refused'),
    });
    expect(seen).toEqual([]);
    expect(refusals[0]).toMatch(/egress\.header_refused: /);
  });

  it.each([
    ['two lengths', 'Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello'],
    ['a length and chunks', 'Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a chunked that is not the last coding', 'Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n'],
    ['a folded header', 'X-A: b\r\n folded: c\r\n\r\n'],
    ['a space before the colon', 'X-A : b\r\n\r\n'],
    ['a bare line feed in a value', 'X-A: b\nX-Evil: c\r\n\r\n'],
    ['a null byte in a value', 'X-A: b\0c\r\n\r\n'],
    ['a trailer', 'Trailer: x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'],
    ['a length that is no number', 'Content-Length: 5a\r\n\r\nhello'],
  ])('the egress proxy refuses a request with %s', async (_what, rest) => {
    const answer = await raw(`POST ${at('/')} HTTP/1.1\r\nHost: egress\r\n${rest}`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });

  it('the egress proxy frames a body whatever the method, so that its bytes are no second request', async () => {
    const hidden = 'GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n';
    const chunk = `${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`;
    await raw(
      `GET ${at('/outer')} HTTP/1.1\r\nHost: egress\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n${chunk}`,
    );
    expect(seen.map(({ url, body }) => [url, body])).toEqual([['/outer', hidden]]);
  });

  it.each(['/relative', '*', 'ftp://api.upstream.example/', 'https://user:pass@api.upstream.example/'])(
    'the egress proxy refuses the request target %s',
    async (target) => {
      expect(await raw(`GET ${target} HTTP/1.1\r\nHost: egress\r\nConnection: close\r\n\r\n`)).toMatch(
        /^HTTP\/1\.1 400 /,
      );
    },
  );

  it('the egress proxy refuses TRACE and protocol upgrades', async () => {
    expect(await ask(at('/'), {}, 'TRACE')).toMatchObject({ status: 400 });
    const upgrade = `GET ${at('/')} HTTP/1.1\r\nHost: egress\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n`;
    expect(await raw(upgrade)).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });
});

describe('where a request may go', () => {
  it('refuses plain http, every spelling of the platform’s own name, and names of internal addresses', async () => {
    await given({ platformHosts: new Set(['inside.example']) });
    expect(await ask(`http://inside.example:${port}/`)).toMatchObject({
      status: 403,
      body: expect.stringContaining('own name'),
    });
    expect(await ask(`https://INSIDE.example.:${port}/`)).toMatchObject({ status: 403 });
    expect(await ask(at('/', 'x.wild.example'))).toMatchObject({
      status: 403,
      body: expect.stringMatching(/loopback|own address/),
    });
    expect(refusals).toHaveLength(3);
    await proxy.close();
    await given({ resolver: async () => ['93.184.216.34'], trustedHosts: new Set() });
    expect(await ask(`http://${HOST}:${port}/`)).toMatchObject({
      status: 400,
      body: expect.stringContaining('use https'),
    });
  });

  it('the proxy resolves a name once and connects to that address, whatever the next answer would be', async () => {
    const answers = [['127.0.0.1'], ['10.0.0.1']];
    let asked = 0;
    await given({ resolver: async () => answers[asked++] ?? [] });
    expect(await ask(at('/'))).toMatchObject({ status: 200 });
    expect(asked).toBe(1);
  });

  it('the egress proxy checks the second answer of a rebinding name as it did the first', async () => {
    const answers = [['93.184.216.34', '10.0.0.1'], ['169.254.169.254']];
    await given({ trustedHosts: new Set(), resolver: async () => answers.shift() ?? [] });
    expect([(await ask(at('/'))).status, (await ask(at('/'))).status]).toEqual([403, 403]);
  });
});

describe('bounds', () => {
  it('the egress proxy refuses an answer of 2 GB before its first byte', async () => {
    await given();
    expect(await ask(at('/huge'))).toMatchObject({
      status: 429,
      body: expect.stringContaining('egress.limit_exceeded'),
    });
  });

  it('the egress proxy refuses response headers and request headers that are too long', async () => {
    await given();
    expect(await ask(at('/headers'))).toMatchObject({ status: 502 });
    expect(await raw(`GET ${at('/')} HTTP/1.1\r\nHost: egress\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`)).toMatch(
      / 429 /,
    );
  });

  it('the egress proxy refuses a request body over the bound', async () => {
    await given({ limits: { requestBytes: 1000 } });
    expect(await ask(at('/'), {}, 'POST', 'x'.repeat(2000))).toMatchObject({ status: 429 });
  });

  it('the egress proxy ends requests to a server that answers one byte at a time, and to a silent one', async () => {
    await given({ limits: { totalMs: 400, idleMs: 200, connectMs: 300 } });
    const startedAt = performance.now();
    const [drip, silent] = await Promise.all([ask(at('/drip')), ask(at('/silent'))]);
    expect(drip.body.length).toBeLessThan(20);
    expect(silent).toMatchObject({ status: 502, body: expect.stringContaining('timed out') });
    expect(performance.now() - startedAt).toBeLessThan(3_000);
  });

  it('the egress proxy disconnects a sandbox that sends its headers one byte at a time', async () => {
    await given({ limits: { connectMs: 300 } });
    const socket = connect(join(directory, 'egress.sock'));
    const timer = setInterval(() => socket.write('G'), 50);
    socket.write(`GET ${at('/')} HTTP/1.1\r\nX-`);
    socket.on('error', () => {});
    await new Promise((resolve) => socket.on('close', resolve).resume());
    clearInterval(timer);
    expect(seen).toEqual([]);
  });

  it('the egress proxy serves twenty requests at once and refuses the next', async () => {
    await given({ limits: { idleMs: 1_000 } });
    const open = Array.from({ length: 20 }, () => ask(at('/silent')));
    await waitFor(() => seen.length === 20);
    expect(await ask(at('/'))).toMatchObject({ status: 429 });
    await Promise.all(open);
  });
});

describe('a tunnel', () => {
  const rules = () => [{ host: HOST, port, tunnel: true }];

  const tunnelled = (sni: string, target = `${HOST}:${port}`) =>
    new Promise<string>((resolve) => {
      const socket: Socket = connect(join(directory, 'egress.sock'), () =>
        socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n\r\n`),
      );
      socket.on('error', () => {});
      socket.once('data', (head) => {
        if (!String(head).startsWith('HTTP/1.1 200')) return resolve(String(head).split('\r\n')[0] ?? '');
        const tls = connectTls(
          { socket, servername: sni, ca: [TEST_AUTHORITY], checkServerIdentity: () => undefined },
          () => tls.write(`GET /tunnelled HTTP/1.1\r\nHost: ${HOST}\r\nConnection: close\r\n\r\n`),
        );
        tls.once('data', (text) => resolve(String(text).split('\r\n')[0] ?? ''));
        tls.on('error', (error) => resolve(`failed: ${error.message.slice(0, 40)}`));
      });
    });

  it('a tunnel carries TLS to a declared host', async () => {
    await given({ rules });
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 200 OK');
    expect(seen[0]?.url).toBe('/tunnelled');
  });

  it('refuses an undeclared tunnel, and plain requests to a host that is declared for tunnels', async () => {
    await given();
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 403 Refused');
    await proxy.close();
    await given({ rules });
    expect(await ask(at('/'))).toMatchObject({ status: 403, body: expect.stringContaining('tunnel') });
    expect(await tunnelled(HOST, `${HOST}:1`)).toBe('HTTP/1.1 403 Refused');
  });

  it('closes a tunnel when the ClientHello names another host', async () => {
    await given({ rules });
    expect(await tunnelled('fronted.example')).toMatch(/^failed/);
    expect(refusals.at(-1)).toContain('egress.tunnel_refused');
    expect(seen).toEqual([]);
  });

  it('closes a tunnel that does not begin with TLS, and one that begins with nothing', async () => {
    await given({ rules, limits: { connectMs: 200 } });
    expect(await raw(`CONNECT ${HOST}:${port} HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\n\r\n`)).not.toContain(
      'hello',
    );
    await raw(`CONNECT ${HOST}:${port} HTTP/1.1\r\nHost: x\r\n\r\n`);
    expect(refusals).toEqual([
      expect.stringContaining('does not begin with a TLS handshake'),
      expect.stringContaining('no ClientHello came in time'),
    ]);
  });

  it('never opens a tunnel to a credential host', async () => {
    await given({ rules });
    references.issue([grant()]);
    expect(await tunnelled(HOST)).toBe('HTTP/1.1 403 Refused');
  });
});

function grant(changes: Partial<CredentialGrant> = {}): CredentialGrant {
  return {
    name: 'api',
    secret: new Secret(TOKEN),
    header: { name: 'Authorization', prefix: 'Bearer ' },
    providerHosts: [HOST],
    connectionHost: null,
    organizationHosts: null,
    tokenPaths: ['/oauth/token'],
    ...changes,
  };
}

describe('a credential', () => {
  beforeEach(() => given());

  const issued = (changes: Partial<CredentialGrant> = {}) => {
    const { references: byName, revoke } = references.issue([grant(changes)]);
    return { headers: { 'patchbay-credential': byName.api ?? '' }, revoke };
  };
  const refused = { status: 403, body: expect.stringContaining('egress.credential_refused') };

  it('puts a credential into the request and removes its reference', async () => {
    await ask(at('/'), issued().headers);
    expect(seen[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
    expect(JSON.stringify(seen[0]?.headers)).not.toContain('cref_');
  });

  it('the reference to a credential has 128 random bits, different each time', () => {
    const [one, two] = [issued(), issued()].map(({ headers }) => headers['patchbay-credential']);
    expect(Buffer.from(String(one).slice(5), 'base64url').byteLength).toBe(16);
    expect(one).not.toBe(two);
  });

  it('refuses a credential for a reference that is revoked, invented, or another sandbox’s', async () => {
    const { headers, revoke } = issued();
    revoke();
    const foreign = new CredentialReferences().issue([grant()]).references.api ?? '';
    for (const reference of [headers['patchbay-credential'], 'cref_AAAAAAAAAAAAAAAAAAAAAA', foreign]) {
      expect(await ask(at('/'), { 'patchbay-credential': reference })).toMatchObject(refused);
    }
    expect(seen).toEqual([]);
  });

  it.each([
    ['the provider does not list the host', { providerHosts: ['other.example'] }],
    ['the connection was made for another host', { connectionHost: 'mine.example' }],
    ['the organization’s policy does not list it', { organizationHosts: ['other.example'] }],
    ['only a wildcard covers it and no host was recorded', { providerHosts: ['*.upstream.example'] }],
  ])('refuses a request with a credential where %s', async (_what, changes) => {
    expect(await ask(at('/'), issued(changes).headers)).toMatchObject(refused);
    expect(seen).toEqual([]);
  });

  it('refuses a request with a credential to a host that the manifest does not declare', async () => {
    expect(await ask('https://collector.example/', issued().headers)).toMatchObject({
      status: 403,
      body: expect.stringContaining('host_not_declared'),
    });
  });

  it('sends a credential to the shop it was linked for and to no other shop of the same provider', async () => {
    const { headers } = issued({ providerHosts: ['*.wild.example'], connectionHost: SHOP });
    expect(await ask(at('/', OTHER_SHOP), headers)).toMatchObject(refused);
    expect(await ask(at('/', SHOP), headers)).toMatchObject({ status: 200 });
    expect(seen.map(({ headers: { host } }) => host)).toEqual([`${SHOP}:${port}`]);
  });

  it.each([
    '/oauth/token',
    '/OAuth/Token/',
    '/oauth%2Ftoken',
    '//oauth/./token',
    '/oauth/%74oken',
    '/oauth%252Ftoken',
    '/x/..%2foauth/token',
    '/oauth;x=1/token',
  ])('never sends a credential to a path that answers tokens, spelt %s', async (path) => {
    expect(await ask(at(path), issued().headers)).toMatchObject(refused);
  });

  it('never sends a credential over http', async () => {
    expect(await ask(`http://${HOST}:${port}/`, issued().headers)).toMatchObject(refused);
  });

  it('the credential is the only authority that reaches its host', async () => {
    const { headers } = issued();
    const own = {
      authorization: 'Bearer own',
      cookie: 'session=own',
      'x-api-key': 'own',
      'private-token': 'own',
      'x-auth-token': 'own',
    };
    await ask(at('/?api_key=own&access_token=own&page=2'), { ...own, ...headers });
    expect(seen[0]).toMatchObject({ url: '/?page=2', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(JSON.stringify(seen[0])).not.toContain('own');
  });

  it('requires a credential for its host, unless the manifest declares anonymous access', async () => {
    issued().revoke();
    expect(await ask(at('/'), { authorization: 'Bearer own' })).toMatchObject(refused);
    await proxy.close();
    await given({ rules: () => [{ host: HOST, port, anonymous: true }] });
    issued();
    await ask(at('/'), { authorization: 'Bearer own' });
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each(['/echo', '/echo-gzip'])('replaces a credential with [credential] in the answer of %s', async (path) => {
    const answered = await ask(at(path), issued().headers);
    expect(answered.status).toBe(200);
    expect(answered.body).toContain('[credential]');
    for (const form of [TOKEN, encodeURIComponent(TOKEN), Buffer.from(`Bearer ${TOKEN}`).toString('base64')]) {
      expect(answered.body + JSON.stringify(answered.headers)).not.toContain(form);
    }
    if (path === '/echo') expect(answered.headers['x-echo']).toBe('[credential]');
  });

  it('the upstream of the test does receive the credential that its answers must not show', async () => {
    await ask(at('/echo'), issued().headers);
    expect(seen[0]?.headers.authorization).toContain(TOKEN);
  });
});
