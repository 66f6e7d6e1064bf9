/**
 * Every document, page and redirect for people and programs, requested with every header that could claim another
 * address: the bytes stay the same, or there is no answer at all.
 */
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { freePort } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, PASSWORD, type SignedIn } from './given.ts';

let installation: Installation;
let own: URL;
let owner: SignedIn & { organizationId: string };
let bind: { host: string; port: number };
let documents: Readonly<Record<string, { path: string; headers?: Record<string, string> }>>;

beforeAll(async () => {
  const port = await freePort();
  own = new URL(`http://localhost:${port}`);
  installation = await Installation.start('open', own.origin);
  owner = await installation.owner('acme');
  await installation.app.listen({ port, host: 'localhost' });
  const address = installation.app.server.address() as AddressInfo; // listening on a port
  bind = { host: address.address, port };
  const as = owner;
  const invited = await installation.call('POST', '/organizations/acme/invitations', {
    as,
    body: { email: 'guest@acme.example', role: 'member' },
  });
  await installation.call('POST', '/organizations/acme/connectors', { as, body: { slug: 'weather' } });
  const signedIn = { cookie: owner.cookie };
  documents = {
    'the API document': { path: '/api/v1/openapi.json' },
    'the reference': { path: '/api/docs/' },
    'the redirect to the reference': { path: '/api/docs' },
    'a page about an error': { path: '/api/docs/errors/auth/required' },
    'a problem': { path: '/api/v1/me' },
    'a problem of sign-in': { path: '/api/auth/nothing' },
    'a problem of a download': { path: '/-/untrusted/unknown' },
    'a page for people that is not there': { path: '/nowhere', headers: { accept: 'text/html' } },
    'an invitation': { path: new URL(invited.body.url).pathname },
    'the invitations, with their links': { path: '/api/v1/organizations/acme/invitations', headers: signedIn },
    'a connector, with its hosted URL': {
      path: '/api/v1/organizations/acme/connectors/weather',
      headers: signedIn,
    },
  };
});
afterAll(() => installation.close());

interface Seen {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The parts of an answer, except its own id, the time and one-time tokens of forms. */
function ask(target: string, headers: Record<string, string>): Promise<Seen> {
  return new Promise((resolve, reject) => {
    httpRequest({ ...bind, path: target, headers: { host: own.host, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const { date: _, 'request-id': id, 'content-length': __, etag: ___, ...rest } = response.headers;
        const body = text.replaceAll(String(id), 'req').replaceAll(/(nonce-?="?|nonce-|value=")[\w+/=.-]{16,}/g, '$1');
        const policy = rest['content-security-policy']?.toString().replaceAll(/nonce-[\w+/=-]+/g, 'nonce');
        resolve({
          status: response.statusCode ?? 0,
          body,
          headers: { ...rest, ...(policy && { 'content-security-policy': policy }) },
        });
      });
    })
      .on('error', reject)
      .end();
  });
}

const EVIL = 'evil.example';
const CLAIMS: readonly Record<string, string>[] = [
  { 'x-forwarded-host': EVIL },
  { 'x-forwarded-host': `${EVIL}, localhost` },
  { 'x-forwarded-server': EVIL },
  { 'x-forwarded-proto': 'https' },
  { 'x-forwarded-scheme': 'https' },
  { 'x-forwarded-protocol': 'https' },
  { 'x-forwarded-ssl': 'on' },
  { 'x-forwarded-port': '444' },
  { 'x-forwarded-prefix': '/evil' },
  { 'x-forwarded-path': '/evil' },
  { 'x-forwarded-uri': '/evil' },
  { 'x-forwarded-for': '203.0.113.66' },
  { forwarded: `host=${EVIL};proto=https;for=203.0.113.66` },
  { 'x-host': EVIL },
  { 'x-http-host-override': EVIL },
  { 'x-original-host': EVIL },
  { 'x-original-url': '/evil' },
  { 'x-rewrite-url': '/evil' },
  { 'front-end-https': 'on' },
  { 'x-url-scheme': 'https' },
  { 'x-real-ip': '203.0.113.66' },
  { 'x-client-ip': '203.0.113.66' },
  { 'x-nextjs-data': '1' },
  { 'x-middleware-rewrite': `https://${EVIL}/` },
  { 'x-http-method-override': 'DELETE' },
];

describe('with forged forwarding headers', () => {
  it('every document, page and redirect is the same with forged forwarding headers, byte for byte', async () => {
    for (const [name, { path, headers = {} }] of Object.entries(documents)) {
      const plain = await ask(path, headers);
      expect([name, plain.body.length > 0 || plain.headers.location !== undefined]).toEqual([name, true]);
      for (const claim of CLAIMS)
        expect([name, claim, await ask(path, { ...headers, ...claim })]).toEqual([name, claim, plain]);
      const claims = Object.assign({}, ...CLAIMS);
      expect([name, await ask(path, { ...headers, ...claims })]).toEqual([name, plain]);
    }
  });

  it('documents requested with forged forwarding headers hold addresses of this installation alone', async () => {
    const all = await Promise.all(
      Object.values(documents).map(({ path, headers }) => ask(path, { ...headers, ...Object.assign({}, ...CLAIMS) })),
    );
    const text = JSON.stringify(all);
    expect(text).toContain(`${own.origin}/acme/weather/mcp`);
    expect(text).not.toMatch(/evil|203\.0\.113/);
  });

  it('a request with another Host, two Host headers or an absolute target gets no document', async () => {
    for (const { path, headers } of Object.values(documents)) {
      for (const host of [
        EVIL,
        `${EVIL}:${own.port}`,
        `127.0.0.1:${own.port}`,
        `localhost.:${own.port}`,
        `x@${own.host}`,
      ]) {
        const { status, body } = await ask(path, { ...headers, host });
        expect([path, host, status >= 400 && status < 500, body.includes(EVIL)]).toEqual([path, host, true, false]);
      }
      for (const target of [`http://${EVIL}${path}`, `${own.origin}${path}`, `//${EVIL}${path}`]) {
        const { status, body, headers: sent } = await ask(target, headers ?? {});
        expect([target, status >= 400 && status < 500, sent.location, body.includes('//evil')]).toEqual([
          ...[target, true, undefined, false],
        ]);
      }
    }
    const socket = connect(bind);
    socket.end(
      'GET /api/v1/openapi.json HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n',
    );
    let twice = '';
    for await (const chunk of socket) twice += String(chunk);
    expect(twice).toMatch(/^HTTP\/1\.1 (400|403) /);
  });

  it('attempts are limited by the address of the connection, not by a forwarded one', async () => {
    const attempt = (forwardedFor: string) =>
      installation.app.inject({
        method: 'POST',
        url: '/api/auth/sign-in/email',
        remoteAddress: '198.51.100.7',
        headers: { host: own.host, 'content-type': 'application/json', 'x-forwarded-for': forwardedFor },
        payload: JSON.stringify({ email: 'nobody@acme.example', password: PASSWORD }),
      });
    const statuses: number[] = [];
    for (let index = 0; index < 30 && !statuses.includes(429); index += 1) {
      statuses.push((await attempt(`203.0.113.${index}`)).statusCode);
    }
    // A new invented address for every attempt buys no new attempts.
    expect(statuses.at(-1)).toBe(429);
  });
});
