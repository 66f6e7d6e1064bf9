/** Every kind of API key at every endpoint, with and without demands: one table, against rows of a real database. */
import { type ApiKeyCache, createApiKeyCache } from '@patchbay/domain/api-keys';
import { ChangeFeed } from '@patchbay/domain/changes';
import { updateConnector } from '@patchbay/domain/connectors';
import { createEndpointDirectory, type EndpointDirectory } from '@patchbay/domain/endpoints';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../admin/given.ts';
import { type EdgeFixture, legacyRequest, startEdge } from '../edge-fixture.ts';
import { liveConnector, type Owner } from '../oauth/given.ts';

const KINDS = ['mcp', 'deploy', 'admin'] as const;
type Kind = (typeof KINDS)[number];

let installation: Installation;
let edge: EdgeFixture;
let feed: ChangeFeed;
let apiKeys: ApiKeyCache;
let endpoints: EndpointDirectory;
let owner: Owner;
const keys = new Map<Kind, string>();

beforeAll(async () => {
  installation = await Installation.start();
  const { database } = installation;
  owner = await installation.owner('acme');
  for (const kind of KINDS) keys.set(kind, await installation.key(owner, { kind }));
  const { body } = await installation.call('GET', '/organizations/acme/api-keys', { as: owner });
  const mcpKey = body.items.find(({ kind }: { kind: Kind }) => kind === 'mcp').id;
  await liveConnector(installation, owner, { slug: 'plain' });
  for (const [slug, exemptKeys] of [
    ['guarded', []],
    ['listed', [mcpKey]],
  ] as const) {
    const id = await liveConnector(installation, owner, { slug });
    await database.withOrganization(owner, (tx) =>
      updateConnector(tx, { kind: 'person', personId: owner.personId }, id, {
        demands: { secondFactor: true, exemptKeys },
      }),
    );
  }
  feed = new ChangeFeed({ url: installation.databaseUrl, logger: pino({ level: 'silent' }) });
  await feed.start();
  apiKeys = createApiKeyCache({ database, feed });
  endpoints = createEndpointDirectory({ database, feed });
  edge = await startEdge([], undefined, { apiKeys, endpoints });
});
afterAll(async () => {
  await edge.close();
  endpoints.close();
  await apiKeys.close();
  await feed.close();
  await installation.close();
});

async function atMcp(kind: Kind, connector: string): Promise<string> {
  const request = legacyRequest('tools/list');
  const response = await fetch(`${edge.origin}/acme/${connector}/mcp`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${keys.get(kind)}` },
  });
  const body = (await response.json()) as { error?: { data: { code: string } } };
  return body.error?.data.code ?? String(response.status);
}

async function atApi(kind: Kind): Promise<string> {
  const { status, body } = await installation.call('GET', '/me', { as: keys.get(kind) ?? '' });
  return status === 200 ? '200' : body.code;
}

describe('an API key', () => {
  it.each([
    ['mcp', '200', 'mcp.key_not_exempt', '200', 'api-keys.wrong_door'],
    ['deploy', 'api-keys.wrong_door', 'api-keys.wrong_door', 'api-keys.wrong_door', '200'],
    ['admin', 'api-keys.wrong_door', 'api-keys.wrong_door', 'api-keys.wrong_door', '200'],
  ] as const)(
    'of kind %s gets %s at a connector, %s where it demands a second factor, %s where an owner listed it, %s at the API',
    async (kind, plain, guarded, listed, api) => {
      const answers = [
        await atMcp(kind, 'plain'),
        await atMcp(kind, 'guarded'),
        await atMcp(kind, 'listed'),
        await atApi(kind),
      ];
      expect(answers).toEqual([plain, guarded, listed, api]);
    },
  );
});
