import { AppError, type Clock, newId, systemClock } from '@patchbay/foundation';
import { CuttableProxy, waitFor } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiKeyCache, createApiKey, createApiKeyCache, revokeApiKey } from '../src/api-keys/index.ts';
import { type Change, ChangeFeed, emitChange, OutboxRelay, RevisionedCache } from '../src/changes/index.ts';
import { createDatabase } from '../src/database/index.ts';
import { activate } from '../src/deployments/index.ts';
import { createEndpointDirectory } from '../src/endpoints/index.ts';
import { createGrantDirectory, endGrant } from '../src/grants/index.ts';
import { permissionsOf } from '../src/organizations/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let proxy: CuttableProxy;
let feed: ChangeFeed;
let keys: ApiKeyCache;
let leadMs = 0;
/** Real time, plus what a test adds. */
const clock: Clock = { now: () => new Date(), monotonicMs: () => systemClock.monotonicMs() + leadMs };

beforeAll(async () => {
  given = await startGiven();
  ours = await given.organization();
  proxy = await CuttableProxy.start(given.test.urls.app);
  feed = new ChangeFeed({ url: proxy.url, clock });
  keys = createApiKeyCache({ database: given.database, feed });
  await feed.start();
});
afterAll(async () => {
  await keys.close();
  await feed.close();
  await proxy.close();
  await given.close();
});

async function newKey() {
  const { apiKey, secret } = await given.database.withOrganization(ours, (tx) =>
    createApiKey(
      tx,
      ours.actor,
      { kind: 'mcp', name: 'k', connectorIds: ['*'], expiresAt: new Date(Date.now() + 86_400_000) },
      { permissions: permissionsOf(['owner']) },
    ),
  );
  const verify = () => keys.verify(secret.reveal(), ['mcp'], '203.0.113.1');
  await verify();
  const revoke = () => given.database.withOrganization(ours, (tx) => revokeApiKey(tx, ours.actor, apiKey.id));
  const isRefused = () =>
    verify().then(
      () => false,
      (error: { code?: string }) => error.code === 'api-keys.invalid',
    );
  return { verify, revoke, isRefused };
}

async function newGrant(): Promise<string> {
  const id = newId('grant');
  await given.superuser.query(
    `INSERT INTO app.grants (organization_id, id, provider_hash, person_id, client_id, client_name, resource_path, expires_at)
     VALUES ($1, $2, sha256($2::text::bytea), $3, 'client', 'Claude', '/x/mcp', now() + interval '1 day')`,
    [ours.organizationId, id, ours.personId],
  );
  return id;
}

describe('the change feed', () => {
  it('refuses a revoked key within a second, through the relay', async () => {
    const relay = OutboxRelay.start({ url: given.test.urls.app });
    try {
      const key = await newKey();
      await key.revoke();
      await waitFor(key.isRefused, { deadlineMs: 1_000 });
    } finally {
      await relay.close();
    }
  });

  it('refuses a revoked key within 6 s by polling when the relay is dead', async () => {
    const key = await newKey();
    await key.revoke();
    await waitFor(key.isRefused, { deadlineMs: 6_000 });
  });

  it('refuses a revoked key and an ended grant within 8 s when the connection drops silently', async () => {
    const key = await newKey();
    const grants = createGrantDirectory({ database: given.database, feed });
    const grantId = await newGrant();
    const isOpen = async () => (await grants.find(grantId))?.endedAt === null;
    expect(await isOpen()).toBe(true);
    proxy.cut();
    try {
      await key.revoke();
      await given.database.withOrganization(ours, (tx) => endGrant(tx, ours.actor, { id: grantId }));
      await waitFor(async () => (await key.isRefused()) && !(await isOpen()), { deadlineMs: 8_000 });
      expect(feed.health().connected).toBe(false);
    } finally {
      proxy.mend();
      await grants.close();
    }
    await waitFor(() => feed.health().connected);
  });

  it('a cache serves known values while the database is away, and fails for unknown ones', async () => {
    const away = createDatabase({ url: new URL('postgresql://nobody:x@127.0.0.1:1/none').href, poolSizeMax: 1 });
    const line = await CuttableProxy.start(given.test.urls.app);
    const followed = new ChangeFeed({ url: line.url });
    const cache = new RevisionedCache<string | null>({
      feed: followed,
      entriesMax: 10,
      dependsOn: (value) => (value === null ? 'any' : [{ kind: 'api_key', id: value }]),
    });
    const load = () => away.lookups.findApiKey(new Uint8Array(32)).then(() => null);
    try {
      await followed.start();
      expect(await cache.get('known', async () => 'key_1')).toBe('key_1');
      await line.close();
      await waitFor(() => !followed.health().connected);
      expect(await cache.get('known', load)).toBe('key_1');
      expect(await cache.get('known', () => new Promise(() => undefined))).toBe('key_1');
      await expect(cache.get('unknown', load)).rejects.toMatchObject({ code: 'data.unavailable' });
    } finally {
      cache.close();
      await followed.close();
      await away.close();
    }
  });

  it('the change feed ends when it is closed while it still connects', async () => {
    const followed = new ChangeFeed({ url: proxy.url });
    const started = followed.start();
    await followed.close();
    await started;
    expect(followed.health().connected).toBe(false);
  });

  it('a cache forgets values that it read as absent without a connection', async () => {
    const line = await CuttableProxy.start(given.test.urls.app);
    const followed = new ChangeFeed({ url: line.url });
    const cache = new RevisionedCache<string | null>({
      feed: followed,
      entriesMax: 10,
      dependsOn: (value) => (value === null ? 'any' : [{ kind: 'api_key', id: value }]),
    });
    try {
      await followed.start();
      await cache.get('key', async () => 'key_1');
      await line.close();
      await waitFor(() => !followed.health().connected);
      expect(await cache.get('key', async () => null)).toBeNull();
      const away = () => Promise.reject(new AppError('data.unavailable'));
      await expect(cache.get('key', away)).rejects.toMatchObject({ code: 'data.unavailable' });
    } finally {
      cache.close();
      await followed.close();
    }
  });

  it('a key is refused as data.stale after 30 s without a connection, and accepted after the next one', async () => {
    const key = await newKey();
    proxy.cut();
    try {
      await waitFor(() => !feed.health().connected);
      leadMs = 40_000;
      await expect(key.verify()).rejects.toMatchObject({ code: 'data.stale' });
    } finally {
      proxy.mend();
    }
    await waitFor(() => feed.health().connected);
    await expect(key.verify()).resolves.toBeDefined();
  });

  it('the change feed misses no transaction that commits after later ones', async () => {
    const received: Change[] = [];
    const polling = new ChangeFeed({ url: given.test.urls.app, pollMs: 100 });
    await polling.start();
    polling.onChange((change) => void received.push(change));
    const late = Promise.withResolvers<void>();
    const slow = given.database.withOrganization(ours, async (tx) => {
      await emitChange(tx, { kind: 'connector', id: 'con_slow' });
      await late.promise;
    });
    await given.database.withOrganization(ours, (tx) => emitChange(tx, { kind: 'connector', id: 'con_quick' }));
    await waitFor(() => received.some((change) => change.id === 'con_quick'), { deadlineMs: 7_000 });
    late.resolve();
    await slow;
    await waitFor(() => received.some((change) => change.id === 'con_slow'), { deadlineMs: 7_000 });
    expect(received.filter((change) => change.id === 'con_quick')).toHaveLength(1);
    await polling.close();
  });

  it('publishes a change made a thousand times as one notification, and none of a rolled back transaction', async () => {
    const received: Change[] = [];
    const stop = feed.onChange((change) => void received.push(change));
    await Promise.allSettled(
      [true, false].map((fails) =>
        given.database.withOrganization(ours, async (tx) => {
          const id = fails ? 'con_never' : 'con_often';
          for (let index = 0; index < 1000; index += 1) await emitChange(tx, { kind: 'connector', id });
          if (fails) throw new Error('rolled back');
        }),
      ),
    );
    const relay = OutboxRelay.start({ url: given.test.urls.app });
    await waitFor(() => received.some((change) => change.id === 'con_often'));
    expect(received.filter((change) => change.id === 'con_often')).toHaveLength(1);
    expect(received.filter((change) => change.id === 'con_never')).toEqual([]);
    await relay.close();
    stop();
  });
});

describe('the endpoint directory', () => {
  it('finds no endpoint for what is no slug, unknown or not live, and follows an activation in a second', async () => {
    const relay = OutboxRelay.start({ url: given.test.urls.app });
    const directory = createEndpointDirectory({ database: given.database, feed });
    try {
      const connector = await given.connector(ours);
      expect(await directory.resolve('no', 'body')).toBeNull();
      expect(await directory.resolve('..', 'x')).toBeNull();
      expect(await directory.resolve(ours.slug, connector.slug)).toBeNull();
      for (const number of [1, 2]) {
        const { id: versionId } = await given.publishedVersion(ours, connector.id);
        await given.database.withOrganization(ours, (tx) =>
          activate(tx, SYSTEM, { connectorId: connector.id, versionId, cause: 'activate' }),
        );
        const endpoint = await waitFor(
          async () => {
            const found = await directory.resolve(ours.slug.toUpperCase(), connector.slug);
            return found?.versionNumber === number ? found : null;
          },
          { deadlineMs: 1_000 },
        );
        expect(endpoint).toMatchObject({ live: true, resource: `/${ours.slug}/${connector.slug}/mcp` });
      }
      const preview = await directory.resolve(ours.slug, connector.slug, 1);
      expect(preview).toMatchObject({ live: false, resource: `/${ours.slug}/${connector.slug}@1/mcp` });
      // Once the last notification has been received, memory answers.
      await waitFor(async () => {
        const { misses } = directory.statistics();
        await directory.resolve(ours.slug, connector.slug, 1);
        return directory.statistics().misses === misses;
      });
    } finally {
      directory.close();
      await relay.close();
    }
  });
});
