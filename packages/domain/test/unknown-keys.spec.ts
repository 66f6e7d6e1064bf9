import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type ApiKeyCache,
  createApiKey,
  createApiKeyCache,
  newApiKeyText,
  revokeApiKey,
} from '../src/api-keys/index.ts';
import { ChangeFeed, OutboxRelay } from '../src/changes/index.ts';
import { createDatabase, type Database } from '../src/database/index.ts';
import { permissionsOf } from '../src/organizations/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let relay: OutboxRelay | undefined;
/** A gateway: one connection, so that its statistics are those of one session of the server. */
let database: Database;
let feed: ChangeFeed;
let cache: ApiKeyCache;

beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
  const url = given.test.urls.app;
  const name = new URL(url).pathname.slice(1);
  // sql: a name of our own, quoted
  await given.superuser.query(`ALTER DATABASE "${name}" SET track_functions = 'all'`);
  database = createDatabase({ url, poolSizeMax: 1 });
  feed = new ChangeFeed({ url });
  await feed.start();
  relay = OutboxRelay.start({ url });
  cache = createApiKeyCache({ database, feed });
  await vi.waitUntil(() => feed.relayed(), { timeout: 30_000 });
});
afterAll(async () => {
  await cache.close();
  await feed.close();
  await relay?.close();
  await database.close();
  await given.close();
});

const create = () =>
  given.database.withOrganization(ours, (tx) =>
    createApiKey(
      tx,
      ours.actor,
      { kind: 'mcp', name: 'k', expiresAt: new Date(Date.now() + 86_400_000), connectorIds: ['*'] },
      { permissions: permissionsOf(['owner']) },
    ),
  );
const verify = (text: string) =>
  cache.verify(text, ['mcp'], '::1').then(
    () => 'verified',
    (error) => error.code,
  );

/** How often the server ran each of the functions that look for keys, as the server counts. */
async function callsOfServer(): Promise<Record<string, number>> {
  const { rows } = await given.superuser.query<{ funcname: string; calls: string }>(
    `SELECT funcname, calls FROM pg_stat_user_functions WHERE funcname IN ('find_api_key', 'api_key_prefixes')`,
  );
  return Object.fromEntries(rows.map(({ funcname, calls }) => [funcname, Number(calls)]));
}

describe('unknown keys', () => {
  it('ten thousand different unknown keys are refused without a query', async () => {
    // The first one has the set read, and a key that is there has its rows read.
    expect(await verify(newApiKeyText('mcp').reveal())).toBe('api-keys.invalid');
    expect(await verify((await create()).secret.reveal())).toBe('verified');
    await expect.poll(async () => (await callsOfServer()).find_api_key, { timeout: 15_000 }).toBe(1);
    const before = await callsOfServer();

    const answers = new Map<string, number>();
    const texts = Array.from({ length: 10_000 }, () => newApiKeyText('mcp').reveal()).values();
    const ask = async () => {
      for (const text of texts) {
        const answer = await verify(text);
        answers.set(answer, (answers.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 1_000 }, ask));
    expect([...answers]).toEqual([['api-keys.invalid', 10_000]]);

    // The same session's next look-up: when it is counted, everything before it has been counted.
    expect(await verify((await create()).secret.reveal())).toBe('verified');
    await expect.poll(async () => (await callsOfServer()).find_api_key, { timeout: 15_000 }).toBe(2);
    const after = await callsOfServer();
    // The two new keys are read by id when they are published, by notification and by poll; no other is.
    expect(after.api_key_prefixes).toBeLessThanOrEqual((before.api_key_prefixes ?? 0) + 3);
  });
});

describe('a key that was just made', () => {
  it('a new key is accepted at once while strangers send unknown ones', async () => {
    const ended = new AbortController();
    const flood = Array.from({ length: 200 }, async () => {
      while (!ended.signal.aborted) await verify(newApiKeyText('mcp').reveal());
    });
    for (let time = 0; time < 10; time += 1) {
      expect(await verify((await create()).secret.reveal())).toBe('verified');
    }
    ended.abort();
    await Promise.all(flood);
  });

  it('a new key is accepted at once without a relay, by a reading that all unknown keys share', async () => {
    await relay?.close();
    relay = undefined;
    await vi.waitUntil(async () => !(await feed.relayed()), { timeout: 15_000 });
    for (let time = 0; time < 3; time += 1) {
      const { apiKey, secret } = await create();
      const unknown = Promise.all(Array.from({ length: 500 }, () => verify(newApiKeyText('mcp').reveal())));
      expect(await verify(secret.reveal())).toBe('verified');
      expect(new Set(await unknown)).toEqual(new Set(['api-keys.invalid']));
      await given.database.withOrganization(ours, (tx) => revokeApiKey(tx, ours.actor, apiKey.id));
    }
  });
});
