import * as modern from '@modelcontextprotocol/client';
import * as legacy from '@modelcontextprotocol/sdk/client/auth.js';
import { fetchAt } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const WELL_KNOWN = '/.well-known/oauth-protected-resource';
const documentAt = (path: string, headers: Record<string, string> = {}) =>
  fetchAt(`${edge.origin}${WELL_KNOWN}${path}`, { headers: { host: new URL(edge.origin).host, ...headers } });
const post = (path: string, request = legacyRequest('initialize'), headers: Record<string, string> = {}) =>
  fetch(`${edge.origin}${path}`, { method: 'POST', body: request.body, headers: { ...request.headers, ...headers } });

describe('the document about a protected resource', () => {
  it.each([
    '',
    '/',
    '/mcp',
    '/acme',
    '/acme/weather',
    '/acme/nothing/mcp',
    '/nobody/weather/mcp',
    '/acme/Weather/mcp',
    '/acme/weather@0/mcp',
    '/acme/we%61ther/mcp',
    '/acme/weather/mcp/x',
    '/ac"me/mcp',
    '//acme/mcp',
  ])('there is no document at %j', async (path) => {
    const response = await documentAt(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      404,
      'application/problem+json; charset=utf-8',
    ]);
  });

  it('there is no document where there is no sign-in: at a public connector, and at one that takes API keys only', async () => {
    expect((await documentAt('/acme/open/mcp')).status).toBe(404);
    expect((await documentAt('/globex/keys/mcp')).status).toBe(404);
  });

  it.each([
    ['/acme/weather/mcp'],
    ['/acme/weather/mcp/'],
    ['/ACME/weather/mcp'],
    ['/acme/mcp'],
    ['/Acme/mcp/'],
    ['/acme/weather@3/mcp'],
  ])('the document of %s names exactly that URL', async (path) => {
    const response = await documentAt(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json; charset=utf-8']);
    expect(await response.json()).toEqual({
      resource: `${edge.origin}${path}`,
      authorization_servers: [edge.origin],
      scopes_supported: ['tools:read', 'tools:write'],
      bearer_methods_supported: ['header'],
    });
  });

  it('the document of an organization or a preview is the same whether or not it exists', async () => {
    for (const [there, missing] of [
      ['/acme/mcp', '/nobody/mcp'],
      ['/acme/weather@3/mcp', '/acme/weather@99/mcp'],
      ['/acme/weather@3/mcp', '/acme/nothing@1/mcp'],
    ] as const) {
      const [one, other] = [await (await documentAt(there)).text(), await (await documentAt(missing)).text()];
      expect(one.replaceAll(there, '')).toBe(other.replaceAll(missing, ''));
    }
  });

  it('forwarded headers and the case of the host change no byte of a document, and another host gets none', async () => {
    const plain = await (await documentAt('/acme/weather/mcp')).text();
    const own = new URL(edge.origin).host;
    const variants: Record<string, string>[] = [
      { 'x-forwarded-host': 'evil.example' },
      { 'x-forwarded-proto': 'https' },
      { 'x-forwarded-port': '1' },
      { 'x-forwarded-prefix': '/evil' },
      { 'x-forwarded-for': '203.0.113.1' },
      { forwarded: 'host=evil.example;proto=https' },
      { 'x-original-url': '/evil' },
      { 'x-rewrite-url': '/evil' },
      { 'x-host': 'evil.example' },
      { 'x-original-host': 'evil.example' },
      { origin: 'https://evil.example' },
      { host: own.toUpperCase() },
    ];
    for (const headers of variants) {
      const response = await documentAt('/acme/weather/mcp', headers);
      expect([response.status, await response.text()], JSON.stringify(headers)).toEqual([200, plain]);
    }
    for (const host of [
      'evil.example',
      'localhost',
      `${own}.evil.example`,
      `evil.example@${own}`,
      `${own}, evil.example`,
    ]) {
      const response = await documentAt('/acme/weather/mcp', { host });
      expect([host, response.status]).toEqual([host, 403]);
      expect((await response.text()).includes('evil')).toBe(false);
    }
    expect(await (await documentAt('/acme/weather/mcp?resource=https://evil.example')).text()).toBe(plain);
  });
});

describe('the challenge of an MCP endpoint', () => {
  it.each(['/acme/weather/mcp', '/ACME/weather/mcp/', '/acme/mcp', '/acme/weather@3/mcp', '/nobody/mcp'])(
    'the challenge at %s names the document of exactly that URL, before any JSON-RPC',
    async (path) => {
      const requests = [legacyRequest('initialize'), modernRequest('server/discover'), legacyRequest('tools/list')];
      for (const request of [...requests, { ...legacyRequest('ping'), body: 'not JSON' }]) {
        const response = await post(path, request);
        expect(response.status).toBe(401);
        const challenge = `Bearer resource_metadata="${edge.origin}${WELL_KNOWN}${path}", scope="tools:read tools:write"`;
        expect(response.headers.get('www-authenticate')).toBe(challenge);
      }
      const document = await fetch(`${edge.origin}${WELL_KNOWN}${path}`);
      expect(await document.json()).toMatchObject({ resource: `${edge.origin}${path}` });
    },
  );

  it('the challenge names invalid_token where a credential was sent', async () => {
    for (const authorization of ['Bearer e30.e30.e30', 'Bearer pbk_mcp_nobody', 'Basic YTpi', 'Bearer opaque']) {
      const challenge = (await post('/acme/weather/mcp', undefined, { authorization })).headers.get('www-authenticate');
      expect(challenge, authorization).toMatch(
        /^Bearer resource_metadata="[^"]+", scope="[^"]+", error="invalid_token"/,
      );
    }
  });

  it('the challenge of a connector that takes API keys only names no document', async () => {
    const response = await post('/globex/keys/mcp');
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer realm="${edge.origin}/globex/keys/mcp"`,
    ]);
  });

  it('no text of the caller reaches the challenge but the names of a URL that can exist', async () => {
    for (const path of ['/ac"me/mcp', '/acme",error="x/mcp', '/acme/%22x/mcp']) {
      const challenge = (await post(path)).headers.get('www-authenticate') ?? '';
      expect(challenge, path).not.toMatch(/error|%22|"x/);
    }
  });
});

describe.each([
  ['SDK v1', legacy],
  ['SDK v2', modern],
])('a client on %s', (_name, sdk) => {
  it.each(['/acme/weather/mcp', '/acme/weather/mcp/', '/ACME/weather/mcp', '/acme/mcp', '/acme/weather@3/mcp'])(
    'a client that was given %s finds its document from the challenge and by itself, and accepts the resource in it',
    async (path) => {
      const url = `${edge.origin}${path}`;
      const { resourceMetadataUrl, scope } = sdk.extractWWWAuthenticateParams(await post(path));
      expect(scope).toBe('tools:read tools:write');
      for (const options of [{ resourceMetadataUrl: String(resourceMetadataUrl) }, {}]) {
        const document = await sdk.discoverOAuthProtectedResourceMetadata(url, options);
        expect(document.authorization_servers).toEqual([edge.origin]);
        const resource = await sdk.selectResourceURL(url, {} as never, document); // it reads one optional member
        expect(`${resource}`.replace(/\/$/, '')).toBe(url.replace(/\/$/, ''));
      }
    },
  );

  it('a client reads the missing scopes from a refusal', async () => {
    const token = await edge.tokens.token(edge.tokens.grant({ scopes: ['tools:read'] }));
    const request = modernRequest('tools/call', { name: 'unannotated', arguments: {} });
    const refused = await post('/acme/weather/mcp', request, { authorization: `Bearer ${token}` });
    expect(sdk.extractWWWAuthenticateParams(refused)).toMatchObject({
      error: 'insufficient_scope',
      scope: 'tools:read tools:write',
    });
  });
});
