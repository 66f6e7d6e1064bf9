import { connect as connectPlain, type Socket } from 'node:net';
import { type ConnectionOptions, connect } from 'node:tls';
import { Secret } from '@patchbay/foundation';
import type { TlsIdentity } from '@patchbay/sandbox-protocol/peers';
import { waitFor } from '@patchbay/testing';
import { type GivenAuthority, givenAuthority } from '@patchbay/testing/hosts/given-authority';
import { toolRunning } from '@patchbay/testing/hosts/given-host';
import { type GivenPlainHost, givenClient, givenPlainHost } from '@patchbay/testing/hosts/given-hosts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixedSupervisors } from '../src/index.ts';
import { type FakeHost, startFakeHost } from './fake-host.ts';

/** Not `once`, which would take the alert of a refusal for a failure. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

let authority: GivenAuthority;
let stranger: GivenAuthority;
beforeAll(async () => {
  authority = await givenAuthority();
  stranger = await givenAuthority();
});

describe('the listener of a supervisor for other machines', () => {
  let host: GivenPlainHost;
  const refusals: string[] = [];
  beforeAll(async () => {
    const identity = await authority.identity({ role: 'supervisor', id: 'listener' });
    host = await givenPlainHost({ hostId: 'listener', identity, onRefused: (reason) => refusals.push(reason) });
  });
  afterAll(() => host.close());

  const port = () => ('port' in host.target ? host.target.port : 0);
  /** Bytes received before the connection closed, or the first ones if it stays open. */
  async function tryToConnect(identity: TlsIdentity | null, more: ConnectionOptions = {}): Promise<Buffer> {
    const own = identity && { cert: identity.certificate, key: identity.key.reveal() };
    const socket = connect({ port: port(), host: '127.0.0.1', ca: authority.certificate, ...own, ...more });
    const received: Buffer[] = [];
    socket.on('data', (bytes: Buffer) => {
      received.push(bytes);
      socket.end();
    });
    socket.on('error', () => {});
    await closed(socket);
    return Buffer.concat(received);
  }
  const options = { checkServerIdentity: () => undefined };

  const gateway = { role: 'gateway', id: 'g' } as const;
  it.each<[string, () => Promise<TlsIdentity | null>]>([
    ['no certificate', async () => null],
    ['a certificate of another authority', () => stranger.identity(gateway)],
    ['a certificate that ran out', () => authority.identity(gateway, { hours: [-2, -1] })],
    ['a certificate that is not valid yet', () => authority.identity(gateway, { hours: [1, 2] })],
    ['a certificate of a supervisor', () => authority.identity({ role: 'supervisor', id: 'other' })],
    [
      'a certificate of a supervisor that may be a client',
      () => authority.identity({ role: 'supervisor', id: 'o' }, { usage: 'client' }),
    ],
    ['a certificate that may not be a client', () => authority.identity(gateway, { usage: 'server' })],
    ['a certificate with an unknown name', () => authority.identity(gateway, { uri: 'urn:patchbay:admin:g' })],
    ['a certificate with a web site’s name', () => authority.identity(gateway, { uri: 'https://gateway.example/' })],
  ])('a supervisor sends not a byte to a client with %s', async (_what, identity) => {
    const before = refusals.length;
    expect((await tryToConnect(await identity(), options)).byteLength).toBe(0);
    await waitFor(() => refusals.length > before);
  });

  it('a supervisor sends not a byte to a client with TLS 1.2 or without TLS', async () => {
    const allowed = await authority.identity(gateway);
    expect((await tryToConnect(allowed, { ...options, maxVersion: 'TLSv1.2' })).byteLength).toBe(0);
    const socket = connectPlain(port(), '127.0.0.1');
    socket.on('error', () => {});
    socket.write('{"method":"tools/call"}'.repeat(4));
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    await closed(socket);
    expect(text).not.toContain('hostId');
  });

  it.each(['gateway', 'worker'] as const)('a supervisor reports its status to a %s', async (role) => {
    const received = await tryToConnect(await authority.identity({ role, id: 'g' }), options);
    expect(received.toString()).toContain('"hostId":"listener","state":"serving"');
  });
});

describe('a gateway that looks for a supervisor', () => {
  const expected = { role: 'supervisor', id: 'wanted' } as const;
  const CASES: readonly [string, () => Promise<TlsIdentity | null>, RegExp][] = [
    ['speaks no TLS', async () => null, /./],
    ['has a certificate of another authority', () => stranger.identity(expected), /certificate/],
    ['has a certificate that ran out', () => authority.identity(expected, { hours: [-2, -1] }), /expired/],
    ['is another supervisor', () => authority.identity({ ...expected, id: 'other' }), /names supervisor other, not/],
    ['is a gateway', () => authority.identity({ role: 'gateway', id: 'wanted' }), /./],
    [
      'is a gateway that may be a server',
      () => authority.identity({ role: 'gateway', id: 'wanted' }, { usage: 'server' }),
      /names gateway wanted, not/,
    ],
  ];

  async function askedWhile(identity: TlsIdentity | null, isAsked: (fake: FakeHost, reason: string) => boolean) {
    const fake = await startFakeHost('wanted', identity);
    const target = { id: 'wanted', host: '127.0.0.1', port: fake.port };
    const own = await authority.identity({ role: 'gateway', id: 'g' });
    const { client, invocation } = givenClient(fixedSupervisors([target]), own);
    const abort = new AbortController();
    const call = client.invoke(invocation({ code: toolRunning('') }), { signal: abort.signal });
    const ended = call.catch((error: unknown) => error);
    let reason = '';
    await waitFor(async () => {
      reason = (await client.supervisors())[0]?.reason ?? '';
      return isAsked(fake, reason);
    });
    abort.abort();
    await ended;
    await client.close();
    await fake.close();
    return { fake, reason };
  }

  it.each(CASES)('a gateway sends not a byte to a host that %s, and reports it', async (_what, identity, why) => {
    const own = await identity();
    const { fake, reason } = await askedWhile(
      own,
      (host, text) => host.connections > 1 && text !== 'not connected yet',
    );
    expect(fake.received.byteLength).toBe(0);
    expect(reason).toMatch(why);
  });

  it('a gateway sends the call to the supervisor it expects', async () => {
    const { fake } = await askedWhile(await authority.identity(expected), (host) =>
      host.received.includes('tools/call'),
    );
    expect(fake.received.toString()).toContain('"effect":"read"');
  });

  it('keeps the key of a TLS identity out of printed output', async () => {
    const { key } = await authority.identity(expected);
    expect(key).toBeInstanceOf(Secret);
    expect(JSON.stringify({ key })).not.toContain('PRIVATE');
  });
});
