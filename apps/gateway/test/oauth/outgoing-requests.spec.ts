/** Addresses that strangers name, at every feature of the gateway that asks one: nothing inside is reached. */
import { createServer } from 'node:net';
import { createGuardedFetch } from '@patchbay/egress/guarded-fetch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOutgoingFetch } from '../../src/http/outgoing-fetch.ts';
import { ClientDocuments } from '../../src/oauth/client-documents.ts';

const ORIGIN = 'https://patchbay.example';
/** Networks of a container: what names of the other containers resolve to. */
const INSIDE: Readonly<Record<string, string>> = { postgres: '172.30.0.5', redis: '172.30.0.6', store: '10.8.0.2' };

/** As a URL can have them: each is one reader's spelling of an address inside. */
const HOSTS = [
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'postgres',
    'redis',
    'store',
    'postgres.',
    'mixed.example',
    'patchbay.example',
    'PATCHBAY.example.',
  ],
  ...[
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '2130706433',
    '0x7f000001',
    '0x7f.1',
    '0177.0.0.1',
    '017700000001',
    '127.0.0.1.',
  ],
  ...['127.255.255.254', '0.0.0.0', '0', '0.1.2.3', '①②⑦.0.0.1', '127。0。0。1', '%31%32%37.0.0.1', '[::1]', '[::]'],
  ...['[0:0:0:0:0:0:0:1]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]', '[64:ff9b::7f00:1]'],
  ...[
    '[64:ff9b:1::1]',
    '[2002:7f00:1::]',
    '[2001:0:4136:e378:8000:63bf:3fff:fdd2]',
    '10.0.0.1',
    '10.255.255.255',
    '012.0.0.1',
  ],
  ...['172.16.0.1', '172.31.255.255', '172.30.0.2', '192.168.0.1', '192.168.65535', '0xc0a80001', '100.64.0.1'],
  ...['100.127.255.255', '169.254.169.254', '0xa9fea9fe', '2852039166', '[::ffff:169.254.169.254]', '[fd00:ec2::254]'],
  ...['100.100.100.200', '168.63.129.16', '169.254.0.1', '[fe80::1]', '[fc00::1]', '[fd12:3456::1]', '[ff02::1]'],
  ...['[fec0::1]', '[2001:db8::1]', '192.0.2.1', '198.51.100.7', '203.0.113.9', '198.18.0.1', '192.88.99.1'],
  ...['224.0.0.1', '239.255.255.255', '240.0.0.1', '255.255.255.255', '192.0.0.8', '[100::1]', '[5f00::1]'],
];

const resolver = async (host: string): Promise<readonly string[]> => {
  if (host === 'localhost') return ['127.0.0.1', '::1'];
  if (host === 'mixed.example') return ['93.184.216.34', '127.0.0.1'];
  if (host === 'patchbay.example') return ['93.184.216.34'];
  const inside = INSIDE[host];
  if (inside === undefined) throw new Error(`unknown name ${host}`);
  return [inside];
};
const BOUNDS = { bytesMax: 1024, timeoutMs: 2_000, connectionsMax: 2, resolver };

/** Every feature that asks an address of a stranger. A new one gets a row. */
const FEATURES = {
  'the metadata document of a client': (url: string) =>
    new ClientDocuments({ fetchDocument: createOutgoingFetch(ORIGIN, BOUNDS), now: Date.now }).answer(url),
  'any outgoing request of the gateway': (url: string) => createOutgoingFetch(ORIGIN, BOUNDS)(url),
} as const;

let connections = 0;
let port: number;
const listener = createServer((socket) => {
  connections += 1;
  socket.destroy();
});
beforeAll(async () => {
  await new Promise<void>((resolve) => listener.listen(0, resolve));
  const address = listener.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  listener.close();
});

describe('an address that a stranger names', () => {
  it('there are at least sixty spellings, each of them a URL', () => {
    const urls = HOSTS.map((host) => new URL(`https://${host}:${port}/`).href);
    expect(urls.length).toBeGreaterThanOrEqual(60);
  });

  it.each(Object.keys(FEATURES) as (keyof typeof FEATURES)[])('%s is never asked for inside', async (feature) => {
    for (const host of HOSTS) {
      await expect(FEATURES[feature](`https://${host}:${port}/client`), host).rejects.toMatchObject({
        code: 'egress.address_refused',
      });
    }
    expect(connections).toBe(0);
  });

  it('the listener of this test counts what does reach it', async () => {
    const trusting = createGuardedFetch({ ...BOUNDS, trustedHosts: new Set(['localhost']) });
    await expect(trusting(`https://localhost:${port}/`)).rejects.toMatchObject({ code: 'egress.upstream_failed' });
    expect(connections).toBe(1);
    connections = 0;
  });
});
