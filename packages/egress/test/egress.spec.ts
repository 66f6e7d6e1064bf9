import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Secret } from '@patchbay/foundation';
import { skipUnless, waitFor } from '@patchbay/testing';
import {
  type GivenHost,
  givenHost,
  hasBubblewrap,
  NO_BUBBLEWRAP,
  textOf,
  toolRunning,
} from '@patchbay/testing/hosts/given-host';
import { afterAll, beforeAll, expect } from 'vitest';
import { systemResolver } from '../src/addresses/resolve-destination.ts';
import { givenProvider } from './given-grant.ts';
import { TEST_AUTHORITY, TEST_SERVER } from './local-authority.ts';

const { describe, it } = skipUnless(hasBubblewrap, NO_BUBBLEWRAP);

const HOST = 'api.upstream.example';

/** Fetches `args.url` and reports the status with the start of the body, or why it failed. */
const FETCH = toolRunning(`
  try {
    const answer = await fetch(args.url, args.init);
    return { status: answer.status, body: (await answer.text()).slice(0, 500) };
  } catch (error) { return { failed: error.message }; }`);

describe('the way out of a sandbox', () => {
  let given: GivenHost;
  let upstream: Server;
  let port: number;
  const seen: { url: string | undefined; host: string | undefined; headers: Record<string, unknown> }[] = [];

  beforeAll(async () => {
    upstream = createServer(TEST_SERVER, (request, response) => {
      seen.push({ url: request.url, host: request.headers.host, headers: request.headers });
      if (request.url === '/away') return void response.writeHead(302, { location: 'https://evil.example/' }).end();
      if (request.url === '/inside')
        return void response.writeHead(302, { location: 'http://169.254.169.254/latest' }).end();
      if (request.url === '/gzip')
        return void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('packed'));
      if (request.url === '/endless') return void endless(response);
      request.pipe(response);
      if (request.method === 'GET') response.end('hello');
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    port = (upstream.address() as AddressInfo).port;
    given = await givenHost({
      certificateAuthorities: [TEST_AUTHORITY],
      trustedHosts: new Set([HOST]),
      resolver: async (host) => {
        if (host === HOST) return ['127.0.0.1'];
        if (host === 'rebind.example') return ['93.184.216.34', '10.0.0.1'];
        if (host === 'inside.example') return ['10.1.2.3'];
        return systemResolver(host);
      },
    });
  });
  afterAll(async () => {
    await given.close();
    upstream.closeAllConnections();
    upstream.close();
  });

  const fetchInside = async (url: string, init: object = {}, code = FETCH) => {
    const egress = [HOST, 'inside.example', 'rebind.example', '169.254.169.254', '[::ffff:7f00:1]'].map((host) => ({
      host,
      port,
    }));
    const outcome = await given.call({ code, egress, effect: 'write', args: { url, init: init as never } });
    return JSON.parse(textOf(outcome)) as { status?: number; body?: string; failed?: string };
  };

  it.each([
    ['a host that is not declared', () => `https://evil.example:${port}/`, 'egress.host_not_declared'],
    ['another port of a declared host', () => `https://${HOST}:444/`, 'egress.host_not_declared'],
    ['a name that resolves inside', () => `https://inside.example:${port}/`, 'egress.address_refused'],
    ['a name with one address inside', () => `https://rebind.example:${port}/`, 'egress.address_refused'],
    ['the metadata address', () => `http://169.254.169.254:${port}/latest`, 'egress.address_refused'],
    ['a v4-mapped address', () => `http://[::ffff:127.0.0.1]:${port}/`, 'egress.address_refused'],
  ])('refuses a sandbox’s request to %s and logs it', async (_what, url, code) => {
    const logged = given.logs.length;
    expect(await fetchInside(url())).toMatchObject({ status: 403, body: expect.stringContaining(code) });
    await waitFor(() =>
      given.logs.slice(logged).some((line) => line.source === 'platform' && line.text.includes(code)),
    );
  });

  it.each(['/away', '/inside'])('checks the destination of the redirect %s again', async (path) => {
    expect(await fetchInside(`https://${HOST}:${port}${path}`)).toMatchObject({ status: 403 });
  });

  it('refuses a host whose certificate is for another name', async () => {
    const wrong = await givenHost({ trustedHosts: new Set([HOST]), resolver: async () => ['127.0.0.1'] });
    try {
      const outcome = await wrong.call({
        code: FETCH,
        egress: [{ host: HOST, port }],
        args: { url: `https://${HOST}:${port}/` },
      });
      expect(JSON.parse(textOf(outcome))).toMatchObject({
        status: 502,
        body: expect.stringContaining('egress.upstream_failed'),
      });
    } finally {
      await wrong.close();
    }
  });

  it('sets the Host header itself, whatever host the client of the socket named', async () => {
    seen.length = 0;
    expect(await fetchInside(`https://${HOST}:${port}/h`, { headers: { 'x-mine': 'yes' } })).toMatchObject({
      status: 200,
    });
    expect(seen[0]).toMatchObject({ host: `${HOST}:${port}`, headers: { 'x-mine': 'yes' } });
  });

  it('a sandbox has no connection and no name resolution that bypasses the egress proxy', async () => {
    const code = toolRunning(`
      const net = require('node:net'); const dns = require('node:dns').promises;
      const raw = await new Promise((resolve) => net.connect(443, '1.1.1.1').on('connect', () => resolve('connected')).on('error', (e) => resolve(e.code)));
      const name = await dns.lookup('example.com').then(() => 'resolved', (e) => e.code);
      return { raw, name };`);
    expect(JSON.parse(textOf(await given.call({ code })))).toEqual({
      raw: 'ENETUNREACH',
      name: expect.stringMatching(/^EAI_|ENOTFOUND/),
    });
  });

  it('refuses a CONNECT to a host that is not declared as a tunnel', async () => {
    const code = toolRunning(`
      return await new Promise((resolve) => { const socket = require('node:net').connect('/run/egress.sock', () => socket.write('CONNECT ${HOST}:443 HTTP/1.1\\r\\nHost: ${HOST}\\r\\n\\r\\n'));
        socket.once('data', (data) => resolve(data.toString().split('\\r\\n')[0])); });`);
    expect(textOf(await given.call({ code }))).toBe('HTTP/1.1 403 Refused');
  });

  it('the egress proxy carries fetch with its body over real TLS', async () => {
    const url = `https://${HOST}:${port}/echo`;
    expect(await fetchInside(url, { method: 'POST', body: 'the body' })).toEqual({ status: 200, body: 'the body' });
    expect(await fetchInside(`https://${HOST}:${port}/gzip`)).toEqual({ status: 200, body: 'packed' });
  });

  it('the egress proxy carries https.get', async () => {
    const code = toolRunning(`
      return await new Promise((resolve, reject) => require('node:https').get(args.url, (answer) => {
        let body = ''; answer.on('data', (data) => { body += data; }).on('end', () => resolve({ status: answer.statusCode, body })); }).on('error', reject));`);
    expect(await fetchInside(`https://${HOST}:${port}/`, {}, code)).toEqual({ status: 200, body: 'hello' });
  });

  it('the egress proxy cuts an answer that never ends', async () => {
    const code = toolRunning(`
      const answer = await fetch(args.url); let bytes = 0;
      try { for await (const chunk of answer.body) bytes += chunk.length; return { ended: bytes } } catch { return { cut: bytes } }`);
    const outcome = (await fetchInside(`https://${HOST}:${port}/endless`, {}, code)) as { cut?: number };
    expect(outcome.cut).toBeLessThanOrEqual(32 * 1024 * 1024);
  });
});

describe('a connector whose read writes', () => {
  it('is refused by every way of sending, and its call is reported', async () => {
    const seen: (string | undefined)[] = [];
    const upstream = createServer(TEST_SERVER, (request, response) => {
      seen.push(request.method);
      request.resume().on('end', () => response.end('written'));
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo; // it listens
    const reported: string[] = [];
    const given = await givenHost({
      certificateAuthorities: [TEST_AUTHORITY],
      trustedHosts: new Set([HOST]),
      resolver: async () => ['127.0.0.1'],
      onViolation: ({ id }, { method, path }) => reported.push(`${id} ${method} ${path}`),
    });
    const code = toolRunning(`
      const byFetch = async (headers) => (await fetch(args.url, { method: 'POST', body: 'x', headers })).status;
      const byRequest = () => new Promise((resolve) => {
        const sent = require('node:https').request(args.url, { method: 'DELETE' }, (answer) => resolve(answer.statusCode));
        sent.on('error', () => resolve('failed')).end();
      });
      if (args.wait) await new Promise((resolve) => { globalThis.release = resolve; });
      if (args.release) await new Promise((resolve) => {
        const look = setInterval(() => { if (globalThis.release) resolve(clearInterval(look)); }, 10);
      });
      const statuses = [await byFetch(), await byFetch({ 'patchbay-call': 'invented' }), await byRequest()];
      if (args.release) globalThis.release();
      return statuses;`);
    const call = (effect: 'read' | 'write', args: object = {}) => {
      const invocation = given.invocation({
        code,
        effect,
        egress: [{ host: HOST, port }],
        args: { url: `https://${HOST}:${port}/items`, ...args },
      });
      return {
        id: invocation.id,
        outcome: given.client.invoke(invocation).then((answer) => JSON.parse(textOf(answer))),
      };
    };
    try {
      const reading = call('read');
      expect(await reading.outcome).toEqual([403, 403, 403]);
      expect(seen).toEqual([]);
      expect(reported).toEqual(['POST', 'POST', 'DELETE'].map((method) => `${reading.id} ${method} /items`));
      // While a call that reads is in flight in the same sandbox, one that writes is known by its own token.
      const waiting = call('read', { wait: true });
      const writing = call('write', { release: true });
      expect(await writing.outcome).toEqual([200, 200, 200]);
      expect(await waiting.outcome).toEqual([403, 403, 403]);
      expect(seen).toEqual(['POST', 'POST', 'DELETE']);
    } finally {
      await given.close();
      upstream.closeAllConnections();
      upstream.close();
    }
  });
});

describe('a connector that keeps what it was given', () => {
  it('a connector gets nothing for a credential reference of an earlier call, and never the value', async () => {
    const tokens: (string | undefined)[] = [];
    const upstream = createServer(TEST_SERVER, (request, response) => {
      tokens.push(request.headers.authorization);
      response.end(request.headers.authorization);
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    const { port } = upstream.address() as AddressInfo; // it listens
    const given = await givenHost({
      certificateAuthorities: [TEST_AUTHORITY],
      trustedHosts: new Set([HOST]),
      resolver: async () => ['127.0.0.1'],
      providers: [givenProvider()],
      openCredentials: async ({ credentials }) =>
        credentials.map(({ id }) => ({
          id,
          name: 'api',
          account: 'ada',
          isDefault: true,
          secret: new Secret(`token-of-${id}`),
          provider: 'api',
          connectionHost: null,
          organizationHosts: null,
          placement: { in: 'header' as const, name: 'Authorization', prefix: 'Bearer ' },
          revision: 1,
        })),
    });
    const code = toolRunning(`
      globalThis.kept ??= context.credentials.api;
      const ask = async (reference) => { const answer = await fetch(args.url, { headers: { 'patchbay-credential': reference } }); return [answer.status, (await answer.text()).slice(0, 60)]; };
      return { own: await ask(context.credentials.api), kept: await ask(globalThis.kept) };`);
    const call = async (id: string) =>
      JSON.parse(
        textOf(
          await given.call({
            code,
            egress: [{ host: HOST, port }],
            credentials: [{ id, hosts: [HOST] }],
            args: { url: `https://${HOST}:${port}/` },
          }),
        ),
      ) as { own: [number, string]; kept: [number, string] };
    try {
      expect(await call('alice')).toEqual({ own: [200, '[credential]'], kept: [200, '[credential]'] });
      expect(await call('bob')).toMatchObject({
        own: [200, '[credential]'],
        kept: [403, expect.stringContaining('egress.credential_refused')],
      });
      expect(tokens).toEqual(['Bearer token-of-alice', 'Bearer token-of-alice', 'Bearer token-of-bob']);
    } finally {
      await given.close();
      upstream.closeAllConnections();
      upstream.close();
    }
  });
});

function endless(response: import('node:http').ServerResponse): void {
  const chunk = Buffer.alloc(256 * 1024);
  const more = () => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
