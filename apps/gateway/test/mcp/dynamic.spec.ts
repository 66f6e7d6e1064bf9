import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/mcp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createConnectorEvents } from '../../src/mcp/subscriptions/connector-events.ts';
import { LocalPubSub } from '../../src/pub-sub/pub-sub.ts';
import { asOwner, complete, type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';
import { givenEndpoint, givenEndpoints } from '../given-call.ts';

const tool = (name: string, annotations: JsonObject = { readOnlyHint: true }): JsonObject => ({
  name,
  inputSchema: { type: 'object' },
  annotations,
});
const lists = (...tools: JsonObject[]): JsonObject => ({ tools });

/** Versions differ, so that each test starts with nothing known. */
let versions = 0;
const endpointOf = (dynamic: boolean): Endpoint =>
  givenEndpoint({
    connectorSlug: 'feed',
    versionId: `ver_${versions}`,
    authMode: 'api_key',
    manifest: {
      server: { name: 'feed', version: '1' },
      capabilities: { tools: {} },
      dynamic,
      tools: [tool('recorded'), tool('drop', { destructiveHint: true })],
    },
  });

/** The lists recorded when the version went live; lists of the connector at runtime are in no record. */
const LIVE = {
  organizationId: 'org_acme',
  slugs: ['feed'],
  claims: [],
  names: ['recorded', 'drop', 'shown'].map((name) => ({
    kind: 'tool' as const,
    connectorId: 'con_feed',
    name,
    joined: `feed__${name}`,
  })),
};

let edge: EdgeFixture;
let live: Endpoint;
/** The current manifest of the connector; an error is thrown. */
let listed: JsonObject | AppError;
const events = createConnectorEvents(new LocalPubSub());

beforeAll(async () => {
  edge = await startEdge([], undefined, {
    events,
    endpoints: givenEndpoints(
      async () => live,
      () => LIVE,
    ),
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  versions += 1;
  live = endpointOf(true);
  listed = lists(tool('now'));
  edge.invocations.length = 0;
  edge.notices.length = 0;
  edge.answerWith(async ({ method, params }) => {
    if (method !== 'patchbay/describe') return complete({ content: [{ type: 'text', text: JSON.stringify(params) }] });
    if (listed instanceof AppError) throw listed;
    return complete(listed);
  });
});

type Request = ReturnType<typeof modernRequest> | ReturnType<typeof legacyRequest>;
async function post(request: Request, path = '/acme/feed/mcp') {
  const headers = { ...request.headers, ...asOwner };
  const response = await fetch(`${edge.origin}${path}`, { method: 'POST', body: request.body, headers });
  return (await response.json()) as { result?: JsonObject; error?: JsonObject };
}
async function names(path?: string, request: Request = modernRequest('tools/list')): Promise<unknown[]> {
  const { result } = await post(request, path);
  const tools = (result?.tools ?? []) as JsonObject[]; // of a list
  return tools.map(({ name }) => name);
}
const asked = () => edge.invocations.filter(({ method }) => method === 'patchbay/describe').length;
const announce = () =>
  events.publish({
    key: {
      organizationId: 'org_acme',
      connectorId: 'con_feed',
      versionId: live.versionId,
      settingsRevision: 0,
      subject: '',
      preview: false,
      providers: [],
    },
    method: 'notifications/tools/list_changed',
  });

describe('a connector whose lists change', () => {
  it('a connector that did not declare dynamic lists gets no request for them', async () => {
    live = endpointOf(false);
    expect(await names()).toEqual(['drop', 'recorded']);
    expect(asked()).toBe(0);
  });

  it('a connector that fails to list is answered for from its deploy, and left alone for a while', async () => {
    listed = new AppError('sandbox.crashed');
    expect(await names()).toEqual(['drop', 'recorded']);
    expect(await names()).toEqual(['drop', 'recorded']);
    expect(asked()).toBe(1);
    expect(edge.notices).toEqual([expect.stringContaining('could not be asked')]);
  });

  it('a dynamic connector lists nothing against the rules of a deploy, and its author gets the reasons', async () => {
    listed = lists(tool('feed__other'), tool('fine'), { name: 'bare' });
    expect(await names()).toEqual(['fine']);
    expect(edge.notices).toEqual([expect.stringContaining('"bare"'), expect.stringContaining('"feed__other"')]);
    expect(await post(modernRequest('tools/call', { name: 'feed__other', arguments: {} }))).toMatchObject({
      error: { code: -32602 },
    });
  });

  it('a dynamic connector cannot make a dangerous tool harmless, nor run a new one without annotations', async () => {
    listed = lists(tool('drop', { readOnlyHint: true }), tool('silent', {}));
    for (const name of ['drop', 'silent']) {
      const answer = await post(modernRequest('tools/call', { name, arguments: {} }));
      expect(answer).toMatchObject({ result: { isError: true } });
    }
    expect(edge.invocations.every(({ method }) => method === 'patchbay/describe')).toBe(true);
  });

  it('a dynamic connector gets one request for all waiting ones, and its answer serves the next', async () => {
    const all = await Promise.all([names(), names(), names(undefined, legacyRequest('tools/list'))]);
    expect(all).toEqual([['now'], ['now'], ['now']]);
    expect(await names()).toEqual(['now']);
    expect(asked()).toBe(1);
    expect(edge.invocations[0]?.context).toMatchObject({ user: null, roles: [] });
    expect(await post(modernRequest('tools/list'))).toMatchObject({ result: { ttlMs: 5_000, cacheScope: 'private' } });
  });

  it('a published change renews the lists of a connector, and removed tools cannot be called', async () => {
    expect(await names()).toEqual(['now']);
    listed = lists(tool('later'));
    expect(await names()).toEqual(['now']);
    announce();
    expect(await names()).toEqual(['later']);
    const gone = await post(modernRequest('tools/call', { name: 'now', arguments: {} }));
    expect(gone).toMatchObject({ error: { code: -32602 } });
    expect(await post(legacyRequest('tools/call', { name: 'later', arguments: {} }))).toHaveProperty('result.content');
  });

  it('a dynamic connector that has no tools now still declares tools', async () => {
    listed = lists();
    expect(await names()).toEqual([]);
    const { result } = await post(modernRequest('server/discover'));
    expect(result).toMatchObject({ capabilities: { tools: { listChanged: true } } });
  });

  it('a change of a dynamic connector’s lists appears at the URL of its organization', async () => {
    expect(await names('/acme/mcp')).toEqual(['feed__now']);
    listed = lists(tool('later'));
    announce();
    expect(await names('/acme/mcp', legacyRequest('tools/list'))).toEqual(['feed__later']);
    const answer = await post(modernRequest('tools/call', { name: 'feed__later', arguments: {} }), '/acme/mcp');
    expect(answer).toMatchObject({ result: { content: [{ text: expect.stringContaining('"later"') }] } });
  });
});

describe('the page of a tool', () => {
  const PAGE = 'ui://feed/page.html';

  it('the page of a tool is read at both URLs although no list has it, with the connector’s own fields', async () => {
    const shown = { ...tool('shown'), _meta: { ui: { resourceUri: PAGE, unknown: 1 }, 'ui/resourceUri': PAGE } };
    live = { ...endpointOf(false), manifest: { ...endpointOf(false).manifest, tools: [shown] } };
    const content = {
      uri: PAGE,
      mimeType: 'text/html;profile=mcp-app',
      text: '<p>',
      _meta: { ui: { csp: {}, other: 1 } },
    };
    edge.answerWith(async () => complete({ contents: [content] }));
    for (const path of ['/acme/feed/mcp', '/acme/mcp']) {
      const { result } = await post(modernRequest('tools/list'), path);
      expect(result?.tools).toMatchObject([{ _meta: shown._meta }]);
      for (const [request, code] of [
        [modernRequest, -32602],
        [legacyRequest, -32002],
      ] as const) {
        const read = await post(request('resources/read', { uri: PAGE }), path);
        expect(read.result?.contents).toEqual([content]);
        expect(await post(request('resources/read', { uri: 'ui://feed/other.html' }), path)).toMatchObject({
          error: { code },
        });
      }
    }
  });
});
