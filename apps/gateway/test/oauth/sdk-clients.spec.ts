/** MCP clients as their users have them: from a pasted URL to a tool's answer, signing in once. */
import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { newId } from '@patchbay/foundation';
import { echoVersion, hasSandboxes, skipUnless, withPlatform } from '@patchbay/testing';
import { expect } from 'vitest';
import { PASSWORD, type SignedIn } from '../admin/given.ts';
import { legacyRequest, modernRequest } from '../edge-fixture.ts';
import { Browser, CALLBACK, claimsOf, type Json, OAuthClient } from './given.ts';

const { describe, it } = skipUnless(hasSandboxes(), 'no sandboxes here');

const here = withPlatform({}, async ({ given, origin, superuser }) => {
  const acme = await given.organization('acme');
  const echo = await given.live(acme, 'echo', echoVersion('one'));
  // Its tool `mark` needs a scope that the connector declares.
  const version = echoVersion('two');
  const { tools, ...rest } = version.manifest as { readonly tools: readonly { readonly name: string }[] };
  const _meta = { 'patchbay/scopes': ['marks:read'] };
  const manifest = {
    ...rest,
    tools: tools.map((one) => (one.name === 'mark' ? { ...one, _meta } : one)),
    scopes: { 'marks:read': 'Read the marks of the week' },
  };
  await given.live(acme, 'ledger', { ...version, manifest });
  const email = 'mia@people.example';
  const headers = { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' };
  const post = (path: string, body: object) =>
    fetch(`${origin}/api/auth${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await post('/sign-up/email', { email, password: PASSWORD, name: 'Mia' });
  const answer = await post('/sign-in/email', { email, password: PASSWORD });
  const { user }: Json = await answer.json();
  await superuser.query(
    `INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, 'member')`,
    [newId('member'), acme.id, user.id],
  );
  const [cookie = ''] = (answer.headers.getSetCookie()[0] ?? '').split(';', 1);
  const mia: SignedIn = { email, personId: user.id, cookie };
  return { echo, mia, url: `${origin}/acme/echo/mcp` };
});

/** The part of the SDKs' host: it keeps things, and has a browser. */
function hostOf(
  origin: string,
  { redirectUri, metadataUrl }: { readonly redirectUri: string; readonly metadataUrl?: string },
) {
  const kept: Json = {};
  return {
    kept,
    redirectUrl: redirectUri,
    ...(metadataUrl !== undefined && { clientMetadataUrl: metadataUrl }),
    clientMetadata: {
      client_name: 'A client',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    },
    state: () => 'st4te',
    clientInformation: () => kept.client,
    saveClientInformation: (client: Json) => {
      kept.client = client;
    },
    tokens: () => kept.tokens,
    saveTokens: (tokens: Json) => {
      kept.tokens = tokens;
    },
    codeVerifier: () => kept.verifier,
    saveCodeVerifier: (verifier: string) => {
      kept.verifier = verifier;
    },
    discoveryState: () => kept.discovery,
    saveDiscoveryState: (state: Json) => {
      kept.discovery = state;
    },
    async redirectToAuthorization(url: URL) {
      const browser = new Browser(origin, here.mia);
      const page = await browser.visit(url);
      const answered = page.location === null ? await browser.answer(page, 'allow') : page;
      kept.callback = new URL(answered.location ?? `none:${answered.text}`);
    },
  };
}

const MODERN = { versionNegotiation: { mode: 'auto' } } as const;
const INFO = { name: 'sdk', version: '1.0.0' };

describe('a client of the MCP SDK', () => {
  it.each<readonly [string, { readonly redirectUri: string; readonly metadataUrl?: string }]>([
    ['registers itself', { redirectUri: 'http://localhost:43117/callback' }],
    [
      'has the metadata document of Claude',
      { redirectUri: CALLBACK, metadataUrl: 'https://claude.ai/oauth/mcp-oauth-client-metadata' },
    ],
    [
      'has the metadata document of Claude Code',
      {
        redirectUri: 'http://localhost:52123/callback',
        metadataUrl: 'https://claude.ai/oauth/claude-code-client-metadata',
      },
    ],
  ])('of version 2 that %s connects from the URL alone, calls a tool and refreshes', async (_what, of) => {
    const host = hostOf(here.platform.origin, of);
    const url = new URL(here.url);
    const first = new ModernTransport(url, { authProvider: host as Json });
    await expect(new ModernClient(INFO, MODERN).connect(first)).rejects.toThrow();
    await first.finishAuth(host.kept.callback.searchParams);
    expect(claimsOf(host.kept.tokens.access_token)).toMatchObject({ aud: here.url, sub: here.mia.personId });
    if (of.metadataUrl) expect(claimsOf(host.kept.tokens.access_token).client_id).toBe(of.metadataUrl);
    const client = new ModernClient(INFO, MODERN);
    await client.connect(new ModernTransport(url, { authProvider: host as Json }));
    const result: Json = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(result.isError ?? false).toBe(false);
    expect(JSON.stringify(result.content)).toContain('hello');
    await client.close();
    // A token that is not accepted any more is refreshed by the SDK itself.
    const before = host.kept.tokens.refresh_token;
    host.kept.tokens = { ...host.kept.tokens, access_token: `${host.kept.tokens.access_token}x` };
    const again = new ModernClient(INFO, MODERN);
    await again.connect(new ModernTransport(url, { authProvider: host as Json }));
    expect(host.kept.tokens.refresh_token).not.toBe(before);
    await again.close();
  });

  it('of version 1 that registers itself connects from the URL alone and calls a tool', async () => {
    const host = hostOf(here.platform.origin, { redirectUri: 'http://127.0.0.1:43118/callback' });
    const url = new URL(here.url);
    const first = new LegacyTransport(url, { authProvider: host as Json });
    await expect(new LegacyClient(INFO).connect(first)).rejects.toThrow();
    await first.finishAuth(host.kept.callback.searchParams.get('code') ?? '');
    const client = new LegacyClient(INFO);
    await client.connect(new LegacyTransport(url, { authProvider: host as Json }));
    const result: Json = await client.callTool({ name: 'echo', arguments: { text: 'hello' } });
    expect(JSON.stringify(result.content)).toContain('hello');
    await client.close();
  });
});

describe('a tool that needs a scope its connector declares', () => {
  const ask = (
    token: string,
    path: string,
    request: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  ) =>
    fetch(`${here.platform.origin}${path}`, {
      method: 'POST',
      headers: { ...request.headers, authorization: `Bearer ${token}` },
      body: request.body,
    });

  it.each([
    ['/acme/ledger/mcp', 'mark', 'echo'],
    ['/acme/mcp', 'ledger__mark', 'ledger__echo'],
  ])(
    'is hidden and refused at %s without it, and answers after the step-up that the refusal names',
    async (path, marked, plain) => {
      const { origin } = here.platform;
      const client = await OAuthClient.register(origin, origin + path);
      const browser = new Browser(origin, here.mia);
      const narrow = await client.connect(browser, { scope: 'tools:read' });
      const list = await (await ask(narrow.access_token, path, legacyRequest('tools/list'))).text();
      expect([list.includes(`"${plain}"`), list.includes(`"${marked}"`)]).toEqual([true, false]);
      const call = modernRequest('tools/call', { name: marked, arguments: {} });
      const refused = await ask(narrow.access_token, path, call);
      const challenge = refused.headers.get('www-authenticate') ?? '';
      expect([refused.status, challenge.includes('error="insufficient_scope"')]).toEqual([403, true]);
      const [, scope = ''] = /scope="([^"]+)"/.exec(challenge) ?? [];
      expect(scope.split(' ').sort()).toEqual(['marks:read', 'tools:read', 'tools:write']);

      const page = await browser.visit(client.authorizeUrl({ scope }));
      expect(page.text).toContain('Read the marks of the week');
      const wide = await client.connect(browser, { scope });
      expect(claimsOf(wide.access_token).grant_id).toBe(claimsOf(narrow.access_token).grant_id);
      expect((await ask(wide.access_token, path, legacyRequest('tools/list'))).ok).toBe(true);
      const answered = await ask(wide.access_token, path, call);
      expect([answered.status, await answered.text()]).toEqual([200, expect.stringContaining('two')]);
    },
  );
});
