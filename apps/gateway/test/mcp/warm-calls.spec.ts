import { createDatabase, type Database } from '@patchbay/domain';
import { type ApiKeyCache, createApiKeyCache } from '@patchbay/domain/api-keys';
import { ChangeFeed } from '@patchbay/domain/changes';
import { createEndpointDirectory, type EndpointDirectory } from '@patchbay/domain/endpoints';
import { UsageSpool } from '@patchbay/domain/usage';
import { type Clock, systemClock } from '@patchbay/foundation';
import {
  CuttableProxy,
  createGiven,
  createTestDatabase,
  echoVersion,
  type Given,
  temporaryDirectory,
  waitFor,
} from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';
import { queriesAt } from '../queries-at.ts';

/** Real time, plus what a test adds. */
let leadMs = 0;
const clock: Clock = { now: () => new Date(), monotonicMs: () => systemClock.monotonicMs() + leadMs };

let line: CuttableProxy;
let database: Database;
let feed: ChangeFeed;
let endpoints: EndpointDirectory;
let apiKeys: ApiKeyCache;
let spool: UsageSpool;
let given: Given;
let edge: EdgeFixture;
let key: string;

beforeAll(async () => {
  const test = await createTestDatabase();
  given = createGiven({ database: test, artifactDirectory: await temporaryDirectory('artifacts') });
  const acme = await given.organization('acme');
  await given.publishedVersion(await given.connector(acme, 'echo'), echoVersion('one'));
  key = await given.apiKey(acme);
  line = await CuttableProxy.start(test.urls.app);
  database = createDatabase({ url: line.url, poolSizeMax: 4 });
  feed = new ChangeFeed({ url: line.url, clock });
  await feed.start();
  endpoints = createEndpointDirectory({ database, feed });
  apiKeys = createApiKeyCache({ database, feed, clock });
  // Shipping is no part of a call; here it waits for the end.
  spool = await UsageSpool.open({ directory: await temporaryDirectory('spool'), database, shipIntervalMs: 3_600_000 });
  edge = await startEdge([], undefined, { endpoints, apiKeys, spool });
});
afterAll(async () => {
  await edge.close();
  await spool.close();
  await apiKeys.close();
  endpoints.close();
  await feed.close();
  await database.close();
  await given.close();
  await line.close();
});

const post = ({ body, headers }: ReturnType<typeof modernRequest | typeof legacyRequest>) =>
  fetch(`${edge.origin}/acme/echo/mcp`, {
    method: 'POST',
    body,
    headers: { ...headers, authorization: `Bearer ${key}` },
  });
const call = () => post(modernRequest('tools/call', { name: 'mark', arguments: {} }));

const queriesOf = (work: () => Promise<unknown>) => queriesAt(line.url, work);

describe('a call whose endpoint and key are known', () => {
  it('a call with a cached endpoint and key makes no query, in either era', async () => {
    expect((await queriesOf(call)).length).toBeGreaterThan(0);
    // Changes of the set-up may still arrive, and make the caches read once more.
    await waitFor(async () => (await queriesOf(call)).length === 0, { what: 'a call that asks nothing' });
    const queries = await queriesOf(async () => {
      for (let index = 0; index < 20; index += 1) expect((await call()).status).toBe(200);
      expect((await post(legacyRequest('tools/call', { name: 'echo' }))).status).toBe(200);
      expect((await post(modernRequest('tools/list'))).status).toBe(200);
    });
    expect(queries).toEqual([]);
    expect(spool.statistics().appended).toBeGreaterThanOrEqual(21);
  });

  it('a warm call is answered for 30 s without the database, then 503 data.stale, then again with it', async () => {
    expect((await call()).status).toBe(200);
    line.refuse();
    try {
      await waitFor(() => !feed.health().connected);
      leadMs = 25_000;
      expect((await call()).status).toBe(200);
      leadMs = 31_000;
      const refused = await call();
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '2']);
      expect(await refused.json()).toMatchObject({ error: { data: { code: 'data.stale' } } });
    } finally {
      line.mend();
    }
    await waitFor(async () => (await call()).status === 200, { what: 'an answer' });
  });
});
