/**
 * Shared state of two gateways of one installation, through a real Redis, and its behaviour while that is unreachable.
 */
import { randomBytes } from 'node:crypto';
import { createFileArtifactStore } from '@patchbay/artifacts';
import { createDatabase } from '@patchbay/domain';
import { newId, Secret, systemClock } from '@patchbay/foundation';
import {
  createTestDatabase,
  redisMissing,
  skipUnless,
  type TestRedis,
  temporaryDirectory,
  testRedis,
  waitFor,
} from '@patchbay/testing';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect } from 'vitest';
import { RedisStore } from '../../src/ephemeral-store/redis-store.ts';
import { createIdentityPart } from '../../src/identity/index.ts';
import { createServer } from '../../src/server.ts';
import { OneTimeFiles } from '../../src/untrusted/one-time-files.ts';
import { untrustedPlugin } from '../../src/untrusted/plugin.ts';
import { givenAddressBudget } from '../given-limits.ts';

const { describe, it } = skipUnless(redisMissing() === null, `no Redis: ${redisMissing()}`);
const ORIGIN = 'http://localhost:4000';
const SIGN_INS_MAX = 10;

describe('two gateways', () => {
  let redis: TestRedis;
  let gateways: readonly Awaited<ReturnType<typeof startGateway>>[];
  const artifacts = { directory: '' };

  beforeAll(async () => {
    redis = await testRedis();
    artifacts.directory = await temporaryDirectory('artifacts');
    const { urls } = await createTestDatabase();
    const secret = new Secret(randomBytes(32).toString('base64'));
    gateways = [await startGateway(urls, secret), await startGateway(urls, secret)];
    await waitFor(knowEachOther, { what: 'the gateways to have counted in Redis' });
  });
  afterAll(async () => {
    await Promise.all((gateways ?? []).map((gateway) => gateway.close()));
    await redis?.stop();
  });

  /** Each has counted while the other was known: a gateway learns of others with its own counts. */
  async function knowEachOther(): Promise<boolean> {
    for (const { ephemeralStore } of gateways) await ephemeralStore.admit(['warm-up'], { max: 1, windowSeconds: 60 });
    const client = new Redis(redis.options);
    const known = await client.zcard('patchbay:note:gateways');
    client.disconnect();
    for (const { ephemeralStore } of gateways) await ephemeralStore.admit(['warm-up'], { max: 1, windowSeconds: 60 });
    return known === gateways.length;
  }

  async function startGateway(urls: { app: string; auth: string }, secret: Secret) {
    const logger = pino({ level: 'silent' });
    const clock = systemClock;
    const database = createDatabase({ url: urls.app, poolSizeMax: 2 });
    const ephemeralStore = new RedisStore({ redisUrl: redis.url, secret, clock, logger });
    const store = createFileArtifactStore(artifacts);
    const files = new OneTimeFiles({ ephemeralStore, artifacts: store, clock });
    const databaseUrl = new Secret(urls.auth);
    const people = createIdentityPart({
      origin: ORIGIN,
      databaseUrl,
      secret,
      signup: 'open',
      database,
      ephemeralStore,
      clock,
      logger,
    });
    const app = await createServer({
      origin: ORIGIN,
      trustedProxies: [],
      dashboardUpstream: undefined,
      logger,
      addressBudget: givenAddressBudget(),
      revokeExposed: () => {},
      surfaces: [
        people.surface,
        { name: 'untrusted', register: (scope) => untrustedPlugin(scope, { origin: ORIGIN, files }) },
      ],
    });
    return {
      app,
      files,
      store,
      ephemeralStore,
      async close() {
        await app.close();
        await people.close();
        await database.close();
        ephemeralStore.close();
      },
    };
  }

  const gateway = (index: number) => gateways[index % 2] as (typeof gateways)[number]; // two were started

  const signIn = async (index: number, remoteAddress: string, email = 'nobody@example.com') => {
    const answer = await gateway(index).app.inject({
      method: 'POST',
      url: '/api/auth/sign-in/email',
      remoteAddress,
      headers: { host: 'localhost:4000', 'content-type': 'application/json' },
      payload: JSON.stringify({ email, password: 'a wrong password, long enough' }),
    });
    return answer.statusCode;
  };

  /** How many of so many attempts, in turn on both, were let through to the password check. */
  async function admitted(attempts: number, remoteAddress: string): Promise<number> {
    let passed = 0;
    for (let index = 0; index < attempts; index += 1) {
      if ((await signIn(index, remoteAddress)) !== 429) passed += 1;
    }
    return passed;
  }

  it('two gateways refuse the eleventh sign-in of a minute, wherever the ten before it went', async () => {
    expect(await admitted(SIGN_INS_MAX + 4, '198.51.100.1')).toBe(SIGN_INS_MAX);
    expect(await signIn(0, '198.51.100.2')).toBe(429); // the account's share for addresses it does not know
    expect(await signIn(0, '198.51.100.2', 'somebody@example.com')).not.toBe(429);
  });

  it('a gateway gives a file once that another gateway offered', async () => {
    const organizationId = newId('organization');
    const { digest } = await gateway(0).store.put(organizationId, Buffer.from('a source'), { bytesMax: 100 });
    const offered = { fileName: 'a.source', contentType: 'application/octet-stream', organizationId, digest };
    const { id } = await gateway(0).files.offer(offered);
    const open = (index: number) =>
      gateway(index).app.inject({ url: `/-/untrusted/${id}`, headers: { host: 'localhost:4000' } });
    const first = await open(1);
    expect([first.statusCode, first.body]).toEqual([200, 'a source']);
    for (const index of [0, 1]) expect((await open(index)).json().code).toBe('admin.download_gone');
  });

  it('two gateways leave neither address nor bearer in Redis', async () => {
    const { id } = await gateway(0).files.offer({
      fileName: 'b.source',
      contentType: 'text/plain',
      organizationId: newId('organization'),
      digest: 'sha256:b',
    });
    await signIn(0, '198.51.100.3');
    const client = new Redis(redis.options);
    const keys = await client.keys('*');
    const values = await Promise.all(keys.map((key) => client.dump(key)));
    client.disconnect();
    expect(keys.length).toBeGreaterThan(2);
    const everything = [...keys, ...values.map(String)].join('\n');
    for (const secret of [id, '198.51.100', 'nobody@example.com', 'sign-in']) expect(everything).not.toContain(secret);
  });

  it('two gateways admit no more sign-ins together while Redis is away, and give files they offered', async () => {
    await redis.stop();
    expect(await admitted(SIGN_INS_MAX * 3, '198.51.100.4')).toBe(SIGN_INS_MAX);
    const organizationId = newId('organization');
    const { digest } = await gateway(0).store.put(organizationId, Buffer.from('c'), { bytesMax: 100 });
    const { id } = await gateway(0).files.offer({
      fileName: 'c',
      contentType: 'text/plain',
      organizationId,
      digest,
    });
    expect(await gateway(0).files.take(id)).toMatchObject({ bytes: Buffer.from('c') });
    expect(await gateway(0).files.take(id)).toBeNull();
    await redis.restart();
  });
});
