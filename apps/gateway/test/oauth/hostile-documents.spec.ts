/** Hosts of client metadata documents that redirect, flood, stall, or resolve to other addresses than they seem to. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { createOutgoingFetch } from '../../src/http/outgoing-fetch.ts';
import { ClientDocuments } from '../../src/oauth/client-documents.ts';

const HOST = 'api.upstream.example';
const BYTES_MAX = 8 * 1024;
const TIMEOUT_MS = 1_000;

let server: Server;
let port: number;
let seen: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    const path = request.url ?? '';
    seen.push(path);
    const client = { client_id: idOf(path), client_name: 'C', redirect_uris: ['http://localhost/callback'] };
    if (path === '/redirecting') return void response.writeHead(302, { location: idOf('/good') }).end();
    if (path === '/stalling') return void response.writeHead(200).write('{');
    if (path === '/silent') return;
    const filling = path === '/oversized' ? 'x'.repeat(BYTES_MAX) : '';
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ...client, filling }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port; // it listens on a port
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  seen = [];
});

const idOf = (path: string) => `http://${HOST}:${port}${path}`;
/** Documents by way of the guarded fetch; every name resolves to these addresses, and `isTrusted` opens the server of this test. */
function documentsAt(addresses: readonly string[], { isTrusted = true } = {}) {
  const asked: string[] = [];
  const fetchDocument = createOutgoingFetch('https://patchbay.example', {
    bytesMax: BYTES_MAX,
    timeoutMs: TIMEOUT_MS,
    // The bounds are the same under TLS, for which this server would need a certificate.
    allowHttp: true,
    ...(isTrusted && { trustedHosts: new Set([HOST]) }),
    resolver: async (name) => {
      asked.push(name);
      return addresses.slice(asked.length - 1, asked.length);
    },
  });
  return { documents: new ClientDocuments({ fetchDocument, now: Date.now }), asked };
}

it('a host that redirects is no host of a document, and the address it names is not asked', async () => {
  await expect(documentsAt(['127.0.0.1']).documents.answer(idOf('/redirecting'))).rejects.toThrow();
  expect(seen).toEqual(['/redirecting']);
});

it('a document of more than eight kilobytes is refused', async () => {
  await expect(documentsAt(['127.0.0.1']).documents.answer(idOf('/oversized'))).rejects.toMatchObject({
    code: 'egress.too_large',
  });
});

it.each(['/silent', '/stalling'])('a host that answers no whole document is given up: %s', async (path) => {
  await expect(documentsAt(['127.0.0.1']).documents.answer(idOf(path))).rejects.toMatchObject({
    code: 'egress.upstream_failed',
  });
});

it.each(['127.0.0.1', '::1', '169.254.169.254', 'fe80::1', '10.0.0.1', '::ffff:127.0.0.1'])(
  'a host that resolves to %s is never asked',
  async (address) => {
    const { documents, asked } = documentsAt([address], { isTrusted: false });
    await expect(documents.answer(idOf('/good'))).rejects.toMatchObject({ code: 'egress.address_refused' });
    expect([asked, seen]).toEqual([[HOST], []]);
  },
);

it('a name is resolved once, so that a second answer of its resolver decides nothing', async () => {
  const { documents, asked } = documentsAt(['127.0.0.1', '169.254.169.254']);
  expect((await documents.answer(idOf('/good'))).status).toBe(200);
  expect([asked, seen]).toEqual([[HOST], ['/good']]);
});
