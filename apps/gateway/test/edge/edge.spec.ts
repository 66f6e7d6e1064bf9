import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** As a hostile client writes it: any target, any Host, any header. */
function raw(target: string, headers: Record<string, string>, body?: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: 'localhost', port: edge.port, path: target, method: body ? 'POST' : 'GET', headers },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }));
      },
    );
    sent.on('error', reject).end(body);
  });
}

/** Everything the server sends to who wrote this text, until it closes the connection. */
function written(text: string): Promise<string> {
  const socket = connect(edge.port, 'localhost');
  socket.write(text);
  return readText(socket);
}

const FORWARDING = [
  { 'x-forwarded-host': 'evil.example' },
  { 'x-forwarded-proto': 'https' },
  { 'x-forwarded-port': '1' },
  { forwarded: 'host=evil.example;proto=https' },
  { 'x-original-url': '/evil' },
] as const;

describe('the public listener', () => {
  it('the public listener answers the same bytes for all forwarded headers, under its own name only', async () => {
    const own = `localhost:${edge.port}`;
    const document = async (headers: Record<string, string>) => {
      const {
        status,
        headers: sent,
        body,
      } = await raw('/acme/weather/mcp', { host: own, accept: 'text/html', ...headers });
      return { status, body, challenge: sent['www-authenticate'] };
    };
    const plain = await document({});
    for (const headers of FORWARDING) expect(await document(headers)).toEqual(plain);
    expect(await document({ host: own.toUpperCase() })).toEqual(plain);
    for (const host of ['evil.example', `127.0.0.1:${edge.port}`, 'localhost', `localhost:${edge.port}.evil.example`]) {
      const refused = await raw('/acme/weather/mcp', { host });
      expect([host, refused.status]).toEqual([host, 403]);
      expect(refused.body).toContain('edge.wrong_host');
    }
  });

  it('the public listener refuses absolute-form targets', async () => {
    for (const target of ['http://evil.example/acme/open/mcp', `http://localhost:${edge.port}/acme/open/mcp`]) {
      const refused = await raw(target, { host: `localhost:${edge.port}` });
      expect(refused.status).toBe(400);
      expect(refused.body).toContain('edge.bad_target');
    }
  });

  it('the public listener refuses pages of other sites, and admits programs, which send no Origin', async () => {
    const { headers, body } = legacyRequest('ping');
    const own = { ...headers, host: `localhost:${edge.port}` };
    for (const origin of [
      'https://evil.example',
      'null',
      `http://127.0.0.1:${edge.port}`,
      `http://localhost:${edge.port + 1}`,
    ]) {
      const refused = await raw('/acme/open/mcp', { ...own, origin }, body);
      expect([origin, refused.status]).toEqual([origin, 403]);
      expect(refused.body).toContain('edge.wrong_origin');
    }
    expect((await raw('/acme/open/mcp', { ...own, origin: edge.origin }, body)).status).toBe(200);
    expect((await raw('/acme/open/mcp', own, body)).status).toBe(200);
  });

  it('sends the security headers and a request id with every answer, errors included', async () => {
    for (const [target, resourcePolicy] of [
      ['/acme/open/mcp', 'cross-origin'],
      ['/nowhere', 'same-origin'],
      ['/', 'same-origin'],
    ] as const) {
      const { headers } = await raw(target, { host: `localhost:${edge.port}`, 'request-id': 'req_mine' });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
        'cross-origin-resource-policy': resourcePolicy,
        'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
        'request-id': expect.stringMatching(/^req_[0-9a-z]{26}$/),
      });
      expect(headers['set-cookie']).toBeUndefined();
    }
  });

  it('the public listener refuses a method without a meaning there, and a caller without a key', async () => {
    const host = `localhost:${edge.port}`;
    const get = await raw('/acme/open/mcp', { host, accept: 'application/json' });
    expect([get.status, get.headers.allow]).toEqual([405, 'POST']);
    expect(get.body).toContain('edge.method_not_allowed');
    const { headers, body } = legacyRequest('ping');
    const keyless = await raw('/acme/weather/mcp', { ...headers, host }, body);
    expect([keyless.status, JSON.parse(keyless.body).error.data.code]).toEqual([401, 'mcp.token_missing']);
  });

  it('answers unknown addresses with a page for people and a problem for programs', async () => {
    const page = await raw('/nowhere', { host: `localhost:${edge.port}`, accept: 'text/html' });
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    const problem = await raw('/nowhere', { host: `localhost:${edge.port}` });
    expect([problem.status, problem.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
    expect(JSON.parse(problem.body)).toMatchObject({
      code: 'edge.not_found',
      status: 404,
      requestId: problem.headers['request-id'],
    });
  });

  it.each([
    ['a path that is not percent-encoded', 'GET /%zz HTTP/1.1', 400, 'edge.bad_path'],
    ['a path of a longer name than there is', `GET /acme/${'x'.repeat(200)}/mcp HTTP/1.1`, 404, 'edge.not_found'],
    ['bytes that are no HTTP', 'these are no headers', 400, 'edge.malformed_request'],
    ['headers of more than 16 KiB', `GET / HTTP/1.1\r\nx: ${'x'.repeat(17 * 1024)}`, 431, 'edge.headers_too_large'],
  ])('refuses %s with a problem that names its code, and closes the connection', async (_what, head, status, code) => {
    const answer = await written(`${head}\r\nhost: localhost:${edge.port}\r\nconnection: close\r\n\r\n`);
    const [, answered = '', type = '', body = ''] =
      /^HTTP\/1\.1 (\d+) .*?^content-type: ([^\r]+)\r.*?\r\n\r\n(.*)$/ims.exec(answer) ?? [];
    expect([Number(answered), type.split(';')[0], JSON.parse(body).code]).toEqual([
      status,
      'application/problem+json',
      code,
    ]);
  });

  it('answers requests on connections that stay open during the shutdown with a problem and a Retry-After', async () => {
    const [entered, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const started = await startEdge([
      {
        name: 'fixture',
        register: async (app) => {
          app.get('/api/slow', async () => {
            entered.resolve();
            await released.promise;
            return 'done';
          });
        },
      },
    ]);
    const host = `host: localhost:${started.port}\r\n`;
    const [late, slow] = [connect(started.port, 'localhost'), connect(started.port, 'localhost')];
    late.write(`GET /api/hello HTTP/1.1\r\n${host}`);
    await once(late, 'connect');
    slow.write(`GET /api/slow HTTP/1.1\r\n${host}\r\n`);
    await entered.promise;
    const closed = started.close();
    late.write('\r\n');
    const refused = await readText(late);
    released.resolve();
    await closed;
    slow.destroy();
    expect(refused).toMatch(/HTTP\/1\.1 503 .*retry-after: 2\r.*application\/problem\+json.*"edge\.draining"/s);
  });

  it('the gateway does not start with a route below a name an organization could take', async () => {
    const route = (url: string) => ({
      name: 'fixture',
      register: async (app: FastifyInstance) => void app.get(url, async () => 'ours'),
    });
    await expect(startEdge([route('/globex/hello')])).rejects.toThrow('/globex/hello');
    for (const url of ['/api/hello', '/dashboard/hello', '/-/hello', '/.well-known/hello']) {
      const started = await startEdge([route(url)]);
      await started.close();
    }
  });
});
