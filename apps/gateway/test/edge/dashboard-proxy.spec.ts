import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, startEdge } from '../edge-fixture.ts';

let dashboard: Server;
let edge: EdgeFixture;
const seen: IncomingMessage[] = [];

beforeAll(async () => {
  dashboard = createServer((request, response) => {
    seen.push(request);
    request.resume();
    response.setHeader('content-type', 'text/html');
    if (request.url === '/dashboard/strict') response.setHeader('content-security-policy', "script-src 'nonce-1'");
    response.end(request.url);
  });
  await once(dashboard.listen(0, '127.0.0.1'), 'listening');
  const { port } = dashboard.address() as AddressInfo;
  edge = await startEdge([], `http://127.0.0.1:${port}`);
});
afterAll(async () => {
  await edge?.close();
  dashboard?.close();
});

describe('/dashboard', () => {
  it('/dashboard passes path, query and cookies on, without headers that could steer the framework', async () => {
    const response = await fetch(`${edge.origin}/dashboard/acme?tab=versions`, {
      headers: { cookie: 'session=1', 'x-middleware-subrequest': 'middleware', 'x-forwarded-host': 'evil.example' },
    });
    expect(await response.text()).toBe('/dashboard/acme?tab=versions');
    const headers = seen.at(-1)?.headers;
    expect(headers).toMatchObject({
      cookie: 'session=1',
      'x-forwarded-host': new URL(edge.origin).host,
      'x-forwarded-proto': 'http',
    });
    expect(headers).not.toHaveProperty('x-middleware-subrequest');
  });

  it('/dashboard keeps the security headers, and lets a page bring its own policy', async () => {
    const plain = await fetch(`${edge.origin}/dashboard`);
    expect(plain.headers.get('content-security-policy')).toBe("frame-ancestors 'none'");
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff');
    expect(plain.headers.get('request-id')).toMatch(/^req_/);
    const strict = await fetch(`${edge.origin}/dashboard/strict`);
    expect(strict.headers.get('content-security-policy')).toBe("script-src 'nonce-1'");
  });

  it('the gateway decides whether a client’s connection stays open, not the dashboard’s header', async () => {
    const asked = request(`${edge.origin}/dashboard`, { headers: { connection: 'close' }, agent: false }).end();
    const [answer] = (await once(asked, 'response')) as [IncomingMessage];
    answer.resume();
    expect(answer.headers.connection).toBe('close');
    expect(answer.headers).not.toHaveProperty('keep-alive');
  });

  it('/dashboard takes forms, and refuses those of other sites', async () => {
    const send = (origin: string) =>
      fetch(`${edge.origin}/dashboard/form`, {
        method: 'POST',
        body: new URLSearchParams({ a: '1' }),
        headers: { origin },
      });
    expect((await send(edge.origin)).status).toBe(200);
    expect((await send('https://evil.example')).status).toBe(403);
  });

  it('the root of the origin redirects to /dashboard', async () => {
    const response = await fetch(edge.origin, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, '/dashboard']);
  });

  it('/dashboard answers 502 with an error of its own while the dashboard is away', async () => {
    dashboard.closeAllConnections();
    dashboard.close();
    const response = await fetch(`${edge.origin}/dashboard/acme`);
    expect([response.status, await response.json()]).toMatchObject([502, { code: 'edge.dashboard_unavailable' }]);
  });

  it('/dashboard shows a page that asks again by itself, with a style that its policy allows, while the dashboard is away', async () => {
    const response = await fetch(`${edge.origin}/dashboard/acme`, { headers: { accept: 'text/html' } });
    const page = await response.text();
    expect([response.status, response.headers.get('refresh')]).toEqual([502, '5']);
    const style = /<style>([^<]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(response.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}';`);
  });
});
