import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGuardedFetch, type GuardedFetchOptions } from '../src/host/egress/guarded-fetch.ts';
import { TEST_AUTHORITY, TEST_SERVER } from './local-authority.ts';

const HOST = 'api.upstream.example';

describe('guardedFetch', () => {
  let upstream: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    upstream = createServer(TEST_SERVER, (request, response) => {
      if (request.url === '/inside') return void response.writeHead(302, { location: 'https://10.0.0.1/' }).end();
      if (request.url === '/on') return void response.writeHead(302, { location: '/' }).end();
      if (request.url === '/slow') return;
      response.end(request.url === '/large' ? Buffer.alloc(100_000) : JSON.stringify({ ok: true }));
    });
    upstream.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    port = (upstream.address() as AddressInfo).port;
  });
  afterAll(() => {
    upstream.closeAllConnections();
    upstream.close();
  });

  const given = (options: GuardedFetchOptions = {}) =>
    createGuardedFetch({
      certificateAuthorities: [TEST_AUTHORITY],
      resolver: async () => ['127.0.0.1'],
      trustedHosts: new Set([HOST]),
      ...options,
    });

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
  ])('refuses %s before it connects', async (url) => {
    const before = connections;
    await expect(given()(url)).rejects.toMatchObject({ code: 'egress.address_refused' });
    expect(connections).toBe(before);
  });

  it('refuses http, redirects that nobody allowed, and redirects to the inside', async () => {
    await expect(given()(`http://${HOST}:${port}/`)).rejects.toMatchObject({ code: 'egress.request_refused' });
    await expect(given()(`https://${HOST}:${port}/on`)).rejects.toMatchObject({ code: 'egress.redirect_refused' });
    const followed = given({ redirectsMax: 3 })(`https://${HOST}:${port}/inside`);
    await expect(followed).rejects.toMatchObject({ code: 'egress.address_refused' });
  });

  it('refuses a certificate of nobody it knows', async () => {
    const stranger = createGuardedFetch({ resolver: async () => ['127.0.0.1'], trustedHosts: new Set([HOST]) });
    await expect(stranger(`https://${HOST}:${port}/`)).rejects.toMatchObject({ code: 'egress.upstream_failed' });
  });

  it('stops at its bounds of bytes and time', async () => {
    const answer = await given({ bytesMax: 1000 })(`https://${HOST}:${port}/large`);
    await expect(answer.bytes()).rejects.toMatchObject({ code: 'egress.too_large' });
    await expect(given({ timeoutMs: 200 })(`https://${HOST}:${port}/slow`)).rejects.toMatchObject({
      code: 'egress.upstream_failed',
    });
  });

  it('fetches from a host the operator opened', async () => {
    const answer = await given({ redirectsMax: 1 })(`https://${HOST}:${port}/on`);
    expect([answer.status, await answer.json()]).toEqual([200, { ok: true }]);
  });
});
