/** Floods of requests without a valid credential at `/mcp`, with the limits that an installation begins with. */
import { createDatabase, type Database } from '@patchbay/domain';
import { type ApiKeyCache, createApiKeyCache, newApiKeyText } from '@patchbay/domain/api-keys';
import { ChangeFeed, OutboxRelay } from '@patchbay/domain/changes';
import { createEndpointDirectory, type EndpointDirectory } from '@patchbay/domain/endpoints';
import { Secret } from '@patchbay/foundation';
import {
  CuttableProxy,
  createGiven,
  createTestDatabase,
  echoVersion,
  type Given,
  type GivenConnector,
  temporaryDirectory,
} from '@patchbay/testing';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recognizedCredentials } from '../../src/identity/recognized-credentials.ts';
import { createSessionCookie } from '../../src/identity/session-cookie.ts';
import { type EdgeFixture, modernRequest, startEdge } from '../edge-fixture.ts';
import { givenAddressBudget, givenLimits } from '../given-limits.ts';
import { queriesAt } from '../queries-at.ts';

const ORIGIN = 'http://localhost:4000';
/** Another one each time, of the right form. */
const unknownKey = () => newApiKeyText('mcp').reveal();

let line: CuttableProxy;
let database: Database;
let feed: ChangeFeed;
let relay: OutboxRelay;
let endpoints: EndpointDirectory;
let apiKeys: ApiKeyCache;
let given: Given;
let edge: EdgeFixture;
const keys: Record<string, string> = {};
let acme: GivenConnector;

beforeAll(async () => {
  const test = await createTestDatabase();
  given = createGiven({ database: test, artifactDirectory: await temporaryDirectory('artifacts') });
  for (const slug of ['acme', 'globex']) {
    const organization = await given.organization(slug);
    const connector = await given.live(organization, 'echo', echoVersion('one'));
    if (slug === 'acme') acme = connector;
    keys[slug] = await given.apiKey(organization);
  }
  line = await CuttableProxy.start(test.urls.app);
  database = createDatabase({ url: line.url, poolSizeMax: 4 });
  feed = new ChangeFeed({ url: line.url });
  await feed.start();
  relay = OutboxRelay.start({ url: test.urls.app });
  endpoints = createEndpointDirectory({ database, feed });
  apiKeys = createApiKeyCache({ database, feed });
  const sessionCookie = createSessionCookie(ORIGIN, new Secret('a secret for tests of forty characters..'));
  const addressBudget = givenAddressBudget({
    ...recognizedCredentials({
      apiKeys,
      accessTokens: { recognizes: (token) => edge.tokens.verification.recognizes(token) },
      sessionCookie,
    }),
    limits: givenLimits('').address,
    knowsOrganization: (slug) => endpoints.hasServed(slug),
  });
  edge = await startEdge([], undefined, { endpoints, apiKeys, addressBudget });
  for (const slug of ['acme', 'globex']) expect((await list(slug, keys[slug])).status).toBe(200);
  // The first unknown key reads those that there are.
  expect((await list('acme', unknownKey())).status).toBe(401);
});
afterAll(async () => {
  await edge?.close();
  await apiKeys?.close();
  endpoints?.close();
  await relay?.close();
  await feed?.close();
  await database?.close();
  await given?.close();
  await line?.close();
});

function list(organization: string, key?: string, connector = 'echo') {
  const { headers, body } = modernRequest('tools/list');
  return fetch(`${edge.origin}/${organization}/${connector}/mcp`, {
    method: 'POST',
    body,
    headers: key === undefined ? headers : { ...headers, authorization: `Bearer ${key}` },
  });
}

async function statusesOf(count: number, send: () => Promise<Response>): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  for (const response of await Promise.all(Array.from({ length: count }, send))) {
    statuses[response.status] = (statuses[response.status] ?? 0) + 1;
    await response.arrayBuffer();
  }
  return statuses;
}

describe('a flood of requests without a valid credential', () => {
  it('a flood of wrong keys is answered 429 as a JSON-RPC error, and costs no query', async () => {
    let responses: Response[] = [];
    const queries = await queriesAt(line.url, async () => {
      responses = await Promise.all(Array.from({ length: 150 }, () => list('acme', unknownKey())));
    });
    expect(queries).toEqual([]);
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([401, 429]));
    const refused = responses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThan(100);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused[0]?.json()).toMatchObject({
      jsonrpc: '2.0',
      error: { code: 429, data: { code: 'limits.requests', retryAfterSeconds: expect.any(Number) } },
    });
  });

  it('a valid key from the same address is served during a flood on its organization and on another', async () => {
    const flood = statusesOf(300, () => list('acme', unknownKey()));
    expect(await statusesOf(50, () => list('acme', keys.acme))).toEqual({ 200: 50 });
    expect(await statusesOf(50, () => list('globex', keys.globex))).toEqual({ 200: 50 });
    expect((await flood)[429]).toBeGreaterThan(200);
    expect((await list('globex')).status).toBe(401);
  });

  it('an access token is served at its first use during a flood on its organization, and a forged one is not', async () => {
    const grant = edge.tokens.grant({
      organizationId: acme.organization.id,
      connectorId: acme.id,
      resourcePath: '/acme/echo/mcp',
    });
    const flood = statusesOf(300, () => list('acme', unknownKey()));
    let uses = 0;
    const use = async (change = {}) => {
      uses += 1;
      return list('acme', await edge.tokens.token(grant, { claims: { jti: `use-${uses}` }, ...change }));
    };
    expect(await statusesOf(20, use)).toEqual({ 200: 20 });
    const { privateKey: key } = await generateKeyPair('ES256');
    const forged = await statusesOf(60, () => use({ key }));
    expect(forged[200]).toBeUndefined();
    expect(forged[429]).toBeGreaterThan(30);
    await flood;
  });

  it('a key made a moment ago is served during a flood of its address', async () => {
    const organization = await given.organization('fresh');
    await given.live(organization, 'echo', echoVersion('one'));
    const key = await given.apiKey(organization);
    expect((await list('fresh', key)).status).toBe(200);
  });

  it('a valid key of another organization is counted like a wrong one once it was refused', async () => {
    expect((await list('acme', keys.globex)).status).toBe(401);
    const statuses = await statusesOf(60, () => list('acme', keys.globex));
    expect(statuses[429]).toBeGreaterThan(40);
    expect((await list('globex', keys.globex)).status).toBe(200);
  });

  it('guessed names of organizations share a small budget, and a known one keeps its own', async () => {
    let name = 0;
    const startedAt = performance.now();
    const statuses = await statusesOf(80, () => {
      name += 1;
      return list(`guess-${name}`);
    });
    // A burst of two seconds' worth, and ten a second.
    expect(statuses[404]).toBeLessThanOrEqual(20 + Math.ceil((performance.now() - startedAt) / 100));
    expect(statuses[429]).toBeGreaterThan(0);
    expect((await list('globex')).status).toBe(401);
  });
});
