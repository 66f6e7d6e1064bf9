/** Redis names supervisors; it cannot prove the identity of one. */
import { createLogger, Secret } from '@patchbay/foundation';
import { redisMissing, skipUnless, type TestRedis, testRedis, waitFor } from '@patchbay/testing';
import { type GivenAuthority, givenAuthority } from '@patchbay/testing/hosts/given-authority';
import { textOf, toolRunning } from '@patchbay/testing/hosts/given-host';
import { type GivenPlainHost, givenClient, givenPlainHost } from '@patchbay/testing/hosts/given-hosts';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect } from 'vitest';
import { RegisteredSupervisors, type Registration, registerSupervisor } from '../src/registry/index.ts';
import { entryKey, HOST_IDS_KEY } from '../src/registry/registry-entry.ts';
import { startFakeHost } from './fake-host.ts';

const { describe, it } = skipUnless(redisMissing() === null, redisMissing() ?? '');
const logger = createLogger('test', 'silent');

describe('the registry of supervisors', () => {
  let redis: TestRedis;
  let admin: Redis;
  let authority: GivenAuthority;
  let genuine: GivenPlainHost;
  let given: ReturnType<typeof givenClient>;
  const registrations: Registration[] = [];

  beforeAll(async () => {
    redis = await testRedis();
    admin = new Redis({ ...redis.options, maxRetriesPerRequest: 1 });
    admin.on('error', () => {}); // a test takes Redis away
    authority = await givenAuthority();
    const identity = await authority.identity({ role: 'supervisor', id: 'genuine' });
    genuine = await givenPlainHost({ hostId: 'genuine', identity });
    const supervisors = new RegisteredSupervisors({ redisUrl: new Secret(redis.url), configured: [], logger });
    given = givenClient(supervisors, await authority.identity({ role: 'gateway', id: 'g' }));
  });
  afterAll(async () => {
    await given?.client.close();
    for (const registration of registrations) await registration.close();
    await genuine?.close();
    admin?.disconnect();
    await redis?.stop();
  });

  const call = () => given.client.invoke(given.invocation({ code: toolRunning(`return 'ran'`) }));
  const register = (redisUrl: string) => {
    if (!('port' in genuine.target)) throw new Error('a host with a certificate has a port');
    const registration = registerSupervisor({
      redisUrl: new Secret(redisUrl),
      hostId: 'genuine',
      logger,
      address: { host: '127.0.0.1', port: genuine.target.port },
    });
    registrations.push(registration);
    return registration;
  };
  const forge = async (id: string, port: number) => {
    await admin.set(entryKey(id), `127.0.0.1:${port}`);
    await admin.sadd(HOST_IDS_KEY, id);
  };
  const timesRead = async () =>
    Number(/cmdstat_srandmember:calls=(\d+)/.exec(await admin.info('commandstats'))?.[1] ?? 0);
  /** Waits until the client has seen what Redis holds now. */
  const isRead = async () => {
    const before = await timesRead();
    await waitFor(async () => (await timesRead()) > before + 1);
  };

  it('a registered host that cannot prove its id gets not a byte, and the one that can gets the call', async () => {
    const stranger = await givenAuthority();
    const forged = {
      'no-certificate': null,
      'of-a-stranger': await stranger.identity({ role: 'supervisor', id: 'of-a-stranger' }),
      'of-a-gateway': await authority.identity({ role: 'gateway', id: 'of-a-gateway' }, { usage: 'server' }),
      'of-another-supervisor': await authority.identity({ role: 'supervisor', id: 'genuine' }),
    };
    const fakes = await Promise.all(
      Object.entries(forged).map(async ([id, identity]) => {
        const fake = await startFakeHost(id, identity);
        await forge(id, fake.port);
        return { id, fake };
      }),
    );
    await admin.sadd(HOST_IDS_KEY, 'no-entry', '../../etc:passwd', 'NOT AN ID');
    const answer = call();
    await waitFor(() => fakes.every(({ fake }) => fake.connections > 1));
    expect(Object.fromEntries(fakes.map(({ id, fake }) => [id, fake.received.byteLength]))).toEqual({
      'no-certificate': 0,
      'of-a-stranger': 0,
      'of-a-gateway': 0,
      'of-another-supervisor': 0,
    });
    register(redis.url);
    expect(textOf(await answer)).toBe('ran');
    expect(fakes.map(({ fake }) => fake.received.byteLength)).toEqual([0, 0, 0, 0]);

    // A removed host that never answered is not connected to any more.
    await admin.srem(HOST_IDS_KEY, ...fakes.map(({ id }) => id));
    await waitFor(async () => (await given.client.supervisors()).map(({ hostId }) => hostId).join() === 'genuine');
    await Promise.all(fakes.map(({ fake }) => fake.close()));
  });

  it('keeps using a host that answers in spite of a forged address, an empty list, or no Redis', async () => {
    for (const registration of registrations.splice(0)) await registration.close();
    const fake = await startFakeHost('genuine', await authority.identity({ role: 'supervisor', id: 'genuine' }));
    await forge('genuine', fake.port);
    await isRead();
    expect(textOf(await call())).toBe('ran');
    expect(fake.connections).toBe(0);
    await fake.close();

    await admin.del(HOST_IDS_KEY, entryKey('genuine'));
    await isRead();
    expect(textOf(await call())).toBe('ran');

    await redis.stop();
    expect(textOf(await call())).toBe('ran');
    await redis.restart();
  });

  it('a Redis user with no other rights can write the registry of supervisors', async () => {
    const rules = [
      'on',
      '>of-supervisors',
      'resetchannels',
      `~${HOST_IDS_KEY}*`,
      '-@all',
      '+set',
      '+del',
      '+sadd',
      '+srem',
    ];
    await waitFor(() => admin.call('ACL', 'SETUSER', 'supervisors', ...rules));
    const url = `redis+unix://${redis.options.path}?username=supervisors&password=of-supervisors`;
    const registration = register(url);
    await waitFor(async () => (await admin.get(entryKey('genuine'))) !== null);
    expect(await admin.pttl(entryKey('genuine'))).toBeGreaterThan(0);
    const own = new Redis({
      ...redis.options,
      username: 'supervisors',
      password: 'of-supervisors',
      enableReadyCheck: false,
    });
    await expect(own.set('bull:deploy:id', '1')).rejects.toThrow('NOPERM');
    await expect(own.get(entryKey('genuine'))).rejects.toThrow('NOPERM');
    own.disconnect();
    await registration.close();
    expect(await admin.exists(entryKey('genuine'))).toBe(0);
    expect(await admin.sismember(HOST_IDS_KEY, 'genuine')).toBe(0);
  });
});
