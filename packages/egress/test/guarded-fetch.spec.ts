import type { IncomingHttpHeaders } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../src/guarded-fetch.ts';
import { TEST_AUTHORITY, TEST_SERVER } from './local-authority.ts';

const HOST = 'api.upstream.example';

interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Listens on a port of its own, which makes it another origin, and notes what it is sent. */
async function startUpstream() {
  const seen: Seen[] = [];
  const counted = { connections: 0 };
  const server: Server = createServer(TEST_SERVER, async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const { method = '', url = '', headers } = request;
    seen.push({ method, path: url, headers, body });
    const [path = '', to = ''] = url.split('?to=');
    const redirect = /^\/(30\d)$/.exec(path)?.[1];
    if (redirect) return void response.writeHead(Number(redirect), { location: decodeURIComponent(to) }).end('Moved.');
    if (path === '/slow') return;
    if (path === '/empty') return void response.writeHead(204).end();
    response.writeHead(200, { 'content-type': 'application/json', 'set-cookie': ['a=1', 'b=2'] });
    response.end(path === '/large' ? Buffer.alloc(100_000) : JSON.stringify({ ok: true }));
  });
  server.on('connection', () => {
    counted.connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `https://${HOST}:${(server.address() as AddressInfo).port}`; // it listens on a port
  return {
    origin,
    seen,
    counted,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

let upstream: Awaited<ReturnType<typeof startUpstream>>;
let other: Awaited<ReturnType<typeof startUpstream>>;
beforeAll(async () => {
  [upstream, other] = [await startUpstream(), await startUpstream()];
});
afterAll(() => {
  upstream.close();
  other.close();
});
beforeEach(() => {
  upstream.seen.length = 0;
  other.seen.length = 0;
});

const given = (options: GuardedFetchOptions = {}) =>
  createGuardedFetch({
    certificateAuthorities: [TEST_AUTHORITY],
    resolver: async () => ['127.0.0.1'],
    trustedHosts: new Set([HOST]),
    ...options,
  });

describe('guardedFetch', () => {
  it.each([
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://169.254.169.254/latest',
    'https://[64:ff9b::7f00:1]/',
    'https://inside.example/',
  ])('guardedFetch refuses %s before it connects', async (url) => {
    const before = upstream.counted.connections;
    await expect(given()(url)).rejects.toMatchObject({ code: 'egress.address_refused' });
    expect(upstream.counted.connections).toBe(before);
  });

  it('guardedFetch refuses http, redirects that are not allowed, and redirects to internal hosts', async () => {
    const http = upstream.origin.replace('https:', 'http:');
    await expect(given()(http)).rejects.toMatchObject({ code: 'egress.request_refused' });
    await expect(given()(`${upstream.origin}/302?to=/`)).rejects.toMatchObject({ code: 'egress.redirect_refused' });
    for (const to of ['https://10.0.0.1/', 'https://[::1]/']) {
      const followed = given({ redirectsMax: 3 })(`${upstream.origin}/302?to=${encodeURIComponent(to)}`);
      await expect(followed).rejects.toMatchObject({ code: 'egress.address_refused' });
    }
  });

  it('guardedFetch refuses a certificate of an unknown authority', async () => {
    const stranger = createGuardedFetch({ resolver: async () => ['127.0.0.1'], trustedHosts: new Set([HOST]) });
    await expect(stranger(upstream.origin)).rejects.toMatchObject({ code: 'egress.upstream_failed' });
  });

  it('guardedFetch stops at its bounds of bytes and time', async () => {
    const answer = await given({ bytesMax: 1000 })(`${upstream.origin}/large`);
    await expect(answer.arrayBuffer()).rejects.toMatchObject({ code: 'egress.too_large' });
    await expect(given({ timeoutMs: 200 })(`${upstream.origin}/slow`)).rejects.toMatchObject({
      code: 'egress.upstream_failed',
    });
  });

  it('guardedFetch ends when its caller aborts the signal', async () => {
    const hangUp = new AbortController();
    const pending = given()(`${upstream.origin}/slow`, { signal: hangUp.signal });
    hangUp.abort();
    await expect(pending).rejects.toMatchObject({ code: 'egress.upstream_failed' });
  });

  it('guardedFetch answers with a Response of the Fetch standard, also without a body', async () => {
    const answer = await given()(`${upstream.origin}/`);
    expect(answer).toBeInstanceOf(Response);
    expect([answer.status, answer.ok, answer.url, answer.redirected]).toEqual([
      200,
      true,
      `${upstream.origin}/`,
      false,
    ]);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2']);
    expect(await answer.clone().text()).toBe('{"ok":true}');
    expect(await answer.json()).toEqual({ ok: true });
    expect(await given()(`${upstream.origin}/empty`)).toMatchObject({ status: 204, body: null });
    expect(await given()(`${upstream.origin}/`, { method: 'HEAD' })).toMatchObject({ status: 200, body: null });
  });

  it('guardedFetch takes what OAuth libraries pass: a form as body, Headers, and manual redirects', async () => {
    const answer = await given()(new URL(`${upstream.origin}/307?to=/next`), {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'refresh_token' }),
      headers: new Headers({ authorization: 'Basic c2VjcmV0' }),
      redirect: 'manual',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([307, '/next']);
    expect(upstream.seen).toMatchObject([
      {
        method: 'POST',
        body: 'grant_type=refresh_token',
        headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', authorization: 'Basic c2VjcmV0' },
      },
    ]);
  });
});

describe('a redirect that guardedFetch follows', () => {
  const headers = {
    authorization: 'Bearer secret',
    cookie: 'session=secret',
    'x-api-key': 'secret',
    'content-type': 'application/json',
    accept: 'application/json',
  };
  const follow = (status: number, to: string, init: Parameters<ReturnType<typeof given>>[1]) =>
    given({ redirectsMax: 3 })(`${upstream.origin}/${status}?to=${encodeURIComponent(to)}`, init);

  it.each([307, 308])('a redirect of status %i carries no body to another origin', async (status) => {
    const followed = follow(status, `${other.origin}/`, { method: 'POST', headers, body: '{"secret":true}' });
    await expect(followed).rejects.toMatchObject({ code: 'egress.redirect_refused' });
    expect(other.seen).toEqual([]);
  });

  it.each([301, 302, 303])('a redirect of status %i takes no credentials or body to another origin', async (status) => {
    await follow(status, `${other.origin}/`, { method: 'POST', headers, body: '{"secret":true}' });
    expect(other.seen).toMatchObject([{ method: 'GET', body: '', headers: { accept: 'application/json' } }]);
    expect(JSON.stringify(other.seen)).not.toContain('secret');
    expect(other.seen[0]?.headers).not.toHaveProperty('content-type');
  });

  it('a redirect of a GET takes no credentials to another origin', async () => {
    const answer = await follow(302, `${other.origin}/there`, { headers });
    expect([answer.url, answer.redirected]).toEqual([`${other.origin}/there`, true]);
    expect(JSON.stringify(other.seen)).not.toContain('secret');
  });

  it('a redirect back to the first origin does not restore the credentials', async () => {
    const back = `${other.origin}/302?to=${encodeURIComponent(`${upstream.origin}/back`)}`;
    await follow(302, back, { headers });
    expect(upstream.seen.at(-1)).toMatchObject({ path: '/back' });
    expect(JSON.stringify(upstream.seen.at(-1))).not.toContain('secret');
  });

  it.each([
    [302, 'GET', ''],
    [303, 'GET', ''],
    [307, 'POST', '{"a":1}'],
    [308, 'POST', '{"a":1}'],
  ])(
    'a redirect of status %i within an origin keeps credentials, and method and body as the standard requires',
    async (...row) => {
      const [status, method, body] = row;
      await follow(status, '/next', { method: 'POST', headers, body: '{"a":1}' });
      expect(upstream.seen.at(-1)).toMatchObject({
        path: '/next',
        method,
        body,
        headers: { authorization: 'Bearer secret' },
      });
    },
  );
});
