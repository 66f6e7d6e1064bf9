import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';
import { CLIENT_ID, type GivenTokens } from '../given-tokens.ts';

let edge: EdgeFixture;
let tokens: GivenTokens;
beforeAll(async () => {
  edge = await startEdge();
  tokens = edge.tokens;
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
});

type Request = ReturnType<typeof modernRequest> | ReturnType<typeof legacyRequest>;
const ask = (token: string, request: Request, path = '/acme/weather/mcp') =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
  });
const call = (name: string) => modernRequest('tools/call', { name, arguments: {} });
const withScopes = (scopes: readonly string[]) => tokens.token(tokens.grant({ scopes }));
const organization = (scopes: readonly string[], connectorIds = ['con_weather']) =>
  tokens.token(tokens.grant({ resourcePath: '/acme/mcp', connectorId: null, connectorIds, scopes }));

async function toolsOf(response: Response): Promise<string[]> {
  const { result } = (await response.json()) as { result: { tools: { name: string }[]; resources?: unknown[] } };
  return result.tools.map(({ name }) => name);
}

describe('a request beyond the scopes of its token', () => {
  it.each([
    ['tools/call of a tool that writes', call('delete_everything'), ['tools:read']],
    ['tools/call of a tool without annotations', call('unannotated'), ['tools:read']],
    ['tools/call of a tool that reads', call('harmless'), ['tools:write']],
    ['resources/read', modernRequest('resources/read', { uri: 'weather://stations' }), ['tools:write']],
    ['any call', call('harmless'), []],
  ])('%s is answered 403 with all scopes that the connector has', async (_what, request, scopes) => {
    const response = await ask(await withScopes(scopes), request);
    expect(response.status).toBe(403);
    const challenge = response.headers.get('www-authenticate') ?? '';
    expect(challenge).toContain('error="insufficient_scope"');
    expect(challenge).toContain('scope="tools:read tools:write"');
    expect(challenge).toContain(
      `resource_metadata="${edge.origin}/.well-known/oauth-protected-resource/acme/weather/mcp"`,
    );
    expect(await response.json()).toMatchObject({
      id: 1,
      error: { code: 403, data: { code: 'mcp.insufficient_scope', reason: 'scope' } },
    });
    expect(edge.invocations).toEqual([]);
  });

  it('a token has no scope that its grant lost, though the token lists it', async () => {
    const grant = tokens.grant();
    const token = await tokens.token(grant);
    expect(await toolsOf(await ask(token, legacyRequest('tools/list')))).toContain('delete_everything');
    tokens.grants.set(grant.id, { ...grant, scopes: ['tools:read'] });
    expect(await toolsOf(await ask(token, legacyRequest('tools/list')))).toEqual(['harmless', 'regional']);
    expect((await ask(token, call('unannotated'))).status).toBe(403);
  });

  it('a grant has no scope that its token lacks', async () => {
    const token = await tokens.token(tokens.grant(), { claims: { scope: 'tools:read openid' } });
    expect((await ask(token, call('unannotated'))).status).toBe(403);
    expect((await ask(token, call('harmless'))).status).toBe(200);
  });

  it('the organization’s URL asks for the scope of a tool that it does not list', async () => {
    const token = await organization(['tools:read']);
    const response = await ask(token, call('weather__unannotated'), '/acme/mcp');
    expect([response.status, edge.invocations.length]).toEqual([403, 0]);
    expect(response.headers.get('www-authenticate')).toContain('/.well-known/oauth-protected-resource/acme/mcp"');
    expect((await ask(token, call('weather__harmless'), '/acme/mcp')).status).toBe(200);
    expect(await (await ask(token, call('weather__nothing'), '/acme/mcp')).json()).toMatchObject({
      error: { code: -32602 },
    });
  });

  it('an API key has the scopes it lists, and all when it lists none', async () => {
    expect((await ask('pbk_mcp_reader', call('unannotated'))).status).toBe(403);
    expect((await ask('pbk_mcp_reader', call('harmless'))).status).toBe(200);
    expect(await toolsOf(await ask('pbk_mcp_reader', legacyRequest('tools/list')))).toEqual(['harmless', 'regional']);
    expect(await toolsOf(await ask('pbk_mcp_owner', legacyRequest('tools/list')))).toHaveLength(4);
  });
});

describe('the lists of a caller', () => {
  it('a list holds only what the scopes of the caller allow', async () => {
    const list = async (scopes: readonly string[]) => {
      const token = await withScopes(scopes);
      const resources = (await (await ask(token, legacyRequest('resources/list'))).json()) as {
        result: { resources: unknown[] };
      };
      return [await toolsOf(await ask(token, legacyRequest('tools/list'))), resources.result.resources.length];
    };
    expect(await list(['tools:read'])).toEqual([['harmless', 'regional'], 1]);
    expect(await list(['tools:write'])).toEqual([['delete_everything', 'unannotated'], 0]);
    expect(await list([])).toEqual([[], 0]);
  });

  it('two people who use the same client at the organization’s URL each see their own list', async () => {
    const list = async (token: string) => toolsOf(await ask(token, legacyRequest('tools/list'), '/acme/mcp'));
    const anna = await organization(['tools:read']);
    const bob = await tokens.token(
      tokens.grant({
        clientId: CLIENT_ID,
        resourcePath: '/acme/mcp',
        connectorId: null,
        connectorIds: ['con_open'],
        person: { id: 'psn_bob', email: 'bob@acme.example', name: 'Bob' },
      }),
    );
    for (let round = 0; round < 2; round += 1) {
      expect(await list(anna)).toEqual(['weather__harmless', 'weather__regional']);
      expect((await list(bob)).every((name) => name.startsWith('open__'))).toBe(true);
    }
  });

  it('the view of the organization’s URL follows scopes and groups of one grant', async () => {
    const grant = tokens.grant({ resourcePath: '/acme/mcp', connectorId: null, connectorIds: ['con_weather'] });
    const token = await tokens.token(grant);
    const list = async () => toolsOf(await ask(token, legacyRequest('tools/list'), '/acme/mcp'));
    expect(await list()).toHaveLength(4);
    tokens.grants.set(grant.id, { ...grant, scopes: ['tools:read'] });
    expect(await list()).toEqual(['weather__harmless', 'weather__regional']);
    tokens.grants.set(grant.id, { ...grant, connectorIds: ['con_weather', 'con_open'] });
    expect(await list()).toHaveLength(8);
  });
});
