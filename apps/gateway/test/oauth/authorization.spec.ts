import { DEVICE_CODE_GRANT } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Installation, type SignedIn } from '../admin/given.ts';
import { Browser, CALLBACK, claimsOf, type Json, LOOPBACK, liveConnector, OAuthClient, type Owner } from './given.ts';

const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';

let installation: Installation;
let origin: string;
let owner: Owner;
let stranger: Owner;
let member: SignedIn;
let weather: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  stranger = await installation.owner('globex');
  member = await installation.join(owner, 'member', 'mia');
  const scopes = { 'weather.alerts': 'Read alerts of the weather service' };
  await liveConnector(installation, owner, { slug: 'weather', manifest: { scopes } });
  await liveConnector(installation, owner, { slug: 'calendar' });
  await liveConnector(installation, stranger, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  weather = `${origin}/acme/weather/mcp`;
});
afterEach(() => {
  vi.useRealTimers();
});
afterAll(() => installation.close());

const JSON_ONLY = { accept: 'application/json' };
const client = (resource = weather) => OAuthClient.register(origin, resource);
const errorOf = (location: string | null) => {
  const url = new URL(location ?? 'none:');
  const parameters = url.hash === '' ? url.searchParams : new URLSearchParams(url.hash.slice(1));
  return { error: parameters.get('error'), iss: parameters.get('iss'), code: parameters.get('code') };
};

describe('the metadata of the authorization server', () => {
  it.each(['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
    'the document at %s offers what clients need and nothing else',
    async (path) => {
      const response = await fetch(origin + path);
      const document: Json = await response.json();
      expect(document).toMatchObject({
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        revocation_endpoint: `${origin}/revoke`,
        jwks_uri: `${origin}/jwks`,
        response_types_supported: ['code'],
        grant_types_supported: [
          'authorization_code',
          'refresh_token',
          DEVICE_CODE_GRANT,
          'urn:ietf:params:oauth:grant-type:jwt-bearer',
        ],
        device_authorization_endpoint: `${origin}/device_authorization`,
        authorization_grant_profiles_supported: ['urn:ietf:params:oauth:grant-profile:id-jag'],
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        client_id_metadata_document_supported: true,
      });
      expect(document.token_endpoint_auth_methods_supported).toContain('none');
      const names = Object.keys(document).join();
      for (const off of ['pushed_authorization', 'dpop', 'end_session', 'userinfo', 'introspection', 'claims']) {
        expect(names).not.toContain(off);
      }
      expect(document.scopes_supported).not.toContain('offline_access');
    },
  );

  it.each([
    { 'x-forwarded-host': 'evil.example' },
    { forwarded: 'host=evil.example;proto=https' },
    { 'x-forwarded-proto': 'https', 'x-forwarded-port': '444', 'x-original-url': '/x' },
  ])('headers of a stranger change no byte of the metadata: %j', async (headers) => {
    for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/jwks']) {
      const plain = await (await fetch(origin + path)).text();
      expect(await (await fetch(origin + path, { headers })).text()).toBe(plain);
      expect(plain).not.toContain('evil');
    }
  });

  it('headers of a stranger do not change where an authorization request continues', async () => {
    const { location } = await new Browser(origin).send((await client()).authorizeUrl(), {
      headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' },
    });
    expect(location).toMatch(/^\/-\/oauth\//);
  });

  it('the published keys have no private half', async () => {
    const { keys }: Json = await (await fetch(`${origin}/jwks`)).json();
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
    expect(keys[0]).not.toHaveProperty('d');
  });
});

describe('an authorization request', () => {
  it.each([
    ['another redirect URI', { redirect_uri: 'https://evil.example/callback' }],
    ['a longer path', { redirect_uri: `${LOOPBACK}/more` }],
    ['user information', { redirect_uri: 'http://user@localhost:43117/callback' }],
    ['another scheme', { redirect_uri: 'https://localhost:43117/callback' }],
    ['a fragment', { redirect_uri: `${LOOPBACK}#x` }],
    ['a query', { redirect_uri: `${LOOPBACK}?x=1` }],
    ['an unknown client', { client_id: 'ocl_00000000000000000000000000' }],
  ])('with %s is answered with a page and never redirected', async (_what, change) => {
    const seen = await new Browser(origin, member).visit((await client()).authorizeUrl(change));
    expect([seen.status, seen.location]).toEqual([400, null]);
    expect(seen.text).toContain('oauth.request_refused');
    expect(seen.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  it.each([
    ['without PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['with the plain method of PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['without a resource', { resource: undefined }, 'invalid_target'],
    ['for a resource that does not exist', { resource: 'X/acme/nothing/mcp' }, 'invalid_target'],
    ['for a resource elsewhere', { resource: 'https://evil.example/acme/weather/mcp' }, 'invalid_target'],
    ['for the admin API', { resource: 'X/api/v1' }, 'invalid_target'],
    ['for a token in the redirect', { response_type: 'token' }, 'unsupported_response_type'],
  ])('%s is refused at the client, which learns who refused', async (_what, change, error) => {
    const { resource, ...rest }: Record<string, string | undefined> = change;
    const target = 'resource' in change ? { ...rest, resource: resource?.replace(/^X/, origin) } : rest;
    const seen = await new Browser(origin, member).visit((await client()).authorizeUrl(target));
    expect(errorOf(seen.location)).toEqual({ error, iss: origin, code: null });
  });

  it('for two resources at once is refused', async () => {
    const url = `${(await client()).authorizeUrl()}&resource=${encodeURIComponent(`${origin}/acme/calendar/mcp`)}`;
    expect(errorOf((await new Browser(origin, member).visit(url)).location).error).toBe('invalid_target');
  });

  it('of a person who is no member of the organization ends with a page, whatever they send', async () => {
    const browser = new Browser(origin, stranger);
    const page = await browser.visit((await client()).authorizeUrl());
    expect([page.status, page.text.includes('not a member')]).toEqual([403, true]);
    const { text } = await browser.send(page.url, { headers: JSON_ONLY });
    expect(JSON.parse(text).code).toBe('oauth.not_a_member');
  });

  it('for a preview is for those who could make it live', async () => {
    const at = await client(`${origin}/acme/weather@1/mcp`);
    expect((await new Browser(origin, member).visit(at.authorizeUrl())).status).toBe(403);
    const { access_token } = await at.connect(new Browser(origin, owner));
    expect(claimsOf(access_token)).toMatchObject({ aud: at.resource, version_id: expect.stringMatching(/^ver_/) });
  });

  it('with prompt=none answers that consent is needed, also when it was given before', async () => {
    const asking = await client();
    const browser = new Browser(origin, member);
    await asking.connect(browser);
    const seen = await browser.visit(asking.authorizeUrl({ prompt: 'none' }));
    expect(errorOf(seen.location)).toMatchObject({ error: 'consent_required', code: null });
  });

  it('leads a person without a sign-in to the dashboard and back to the same request', async () => {
    const browser = new Browser(origin);
    const seen = await browser.visit((await client()).authorizeUrl());
    const signIn = new URL(seen.location ?? '');
    expect(signIn.pathname).toBe('/dashboard/sign-in');
    const next = signIn.searchParams.get('next') ?? '';
    expect(next).toMatch(/^\/-\/oauth\/[\w-]+$/);
    browser.be(member);
    expect((await browser.visit(next)).text).toContain('mia@people.example');
  });

  it('is answered once, in the browser that began it', async () => {
    const asking = await client();
    const browser = new Browser(origin, member);
    const page = await browser.visit(asking.authorizeUrl());
    const elsewhere = await new Browser(origin, member).visit(page.url);
    expect([elsewhere.status, elsewhere.text.includes('is over')]).toEqual([400, true]);
    const { text } = await new Browser(origin, member).send(page.url, { headers: JSON_ONLY });
    expect(JSON.parse(text).code).toBe('oauth.request_expired');
    const answered = await browser.answer(page, 'allow');
    expect(errorOf(answered.location).code).not.toBeNull();
    expect((await browser.answer(page, 'allow')).status).toBe(400);
  });
});

describe('the consent page', () => {
  it('of a connector that was deleted meanwhile grants nothing', async () => {
    await liveConnector(installation, owner, { slug: 'short-lived' });
    const browser = new Browser(origin, member);
    const page = await browser.visit((await client(`${origin}/acme/short-lived/mcp`)).authorizeUrl());
    const deleted = await installation.call('DELETE', '/organizations/acme/connectors/short-lived', { as: owner });
    expect(deleted.status).toBeLessThan(300);
    await vi.waitUntil(async () => (await browser.send(page.url)).status === 404, { timeout: 30_000 });
    const { text } = await browser.send(page.url, { headers: JSON_ONLY });
    expect(JSON.parse(text).code).toBe('oauth.resource_gone');
  });

  it('is not sent by another page: without its token, from another site, or with the token of another person', async () => {
    const asking = await client();
    const browser = new Browser(origin, member);
    const page = await browser.visit(asking.authorizeUrl());
    const post = (form: Record<string, string>, headers: Record<string, string>) =>
      browser.send(page.url, { method: 'POST', body: new URLSearchParams({ answer: 'allow', ...form }), headers });
    const own = { origin, 'sec-fetch-site': 'same-origin' };
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const theirs = await new Browser(origin, owner).visit(asking.authorizeUrl());
    const foreign = /name="formToken" value="([^"]+)"/.exec(theirs.text)?.[1] ?? '';
    expect(foreign).not.toBe('');
    for (const [form, headers] of [
      [{}, own],
      [{ formToken: foreign }, own],
      [{ formToken }, { 'sec-fetch-site': 'cross-site' }],
      [{ formToken }, { origin: 'https://evil.example' }],
    ] as const) {
      expect((await post(form, headers)).status).toBe(403);
    }
  });

  it('may not be framed, and its form ends at this request’s redirect only', async () => {
    const page = await new Browser(origin, member).visit((await client()).authorizeUrl());
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toContain("form-action 'self' http://localhost:43117;");
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(policy).not.toContain('unsafe-inline');
  });

  it('shows client, redirect, proof, connector, organization, person, scopes and how to end it', async () => {
    const asking = await OAuthClient.register(origin, weather, { client_name: '<b>Claude</b>' });
    const { text } = await new Browser(origin, member).visit(asking.authorizeUrl());
    for (const fact of [
      '<q>&#60;b&#62;Claude&#60;/b&#62;</q>',
      'localhost:43117',
      'This name is not proved',
      weather,
      'mia@people.example',
      'Not you?',
      'Read: use tools that only look things up',
      'Change: use tools that create, change, send or delete',
      'Read alerts of the weather service',
      'no account of yours at another service',
      'end it at any time',
    ]) {
      expect(text).toContain(fact);
    }
  });

  it('a denial reaches the client with its state and issuer', async () => {
    const browser = new Browser(origin, member);
    const seen = await browser.answer(await browser.visit((await client()).authorizeUrl()), 'deny');
    expect(errorOf(seen.location)).toEqual({ error: 'access_denied', iss: origin, code: null });
    expect(new URL(seen.location ?? '').searchParams.get('state')).toBe('st4te');
  });

  it('what is not ticked is not granted, and a later request asks for it again', async () => {
    const asking = await client();
    const browser = new Browser(origin, member);
    const page = await browser.visit(asking.authorizeUrl());
    const { location } = await browser.answer(page, 'allow', ['tools:read']);
    const { body } = await asking.exchange(errorOf(location).code ?? '');
    expect(body.scope).toBe('tools:read');
    const again = await browser.visit(asking.authorizeUrl());
    expect(again.text).toContain('name="scope:tools:write"');
    const wider = await browser.answer(again, 'allow');
    const { body: more } = await asking.exchange(errorOf(wider.location).code ?? '');
    expect(more.scope.split(' ')).toContain('tools:write');
    expect(claimsOf(more.access_token).grant_id).toBe(claimsOf(body.access_token).grant_id);
  });

  it('nothing ticked is a denial', async () => {
    const browser = new Browser(origin, member);
    const seen = await browser.answer(await browser.visit((await client()).authorizeUrl()), 'allow', []);
    expect(errorOf(seen.location).error).toBe('access_denied');
  });

  it('a request for the scope of one tool kind shows that one alone, and a request without scope shows all', async () => {
    const browser = new Browser(origin, member);
    const narrow = await browser.visit((await client()).authorizeUrl({ scope: 'tools:read offline_access' }));
    expect([...narrow.text.matchAll(/name="scope:([^"]+)"/g)].map(([, name]) => name)).toEqual(['tools:read']);
    const all = await browser.visit((await client()).authorizeUrl({ scope: undefined }));
    expect(all.text).toContain('name="scope:weather.alerts"');
  });
});

describe('remembered consent', () => {
  it('never sends a code to a loopback redirect or a registered client without a page', async () => {
    const browser = new Browser(origin, member);
    const code = {
      id: 'https://claude.ai/oauth/claude-code-client-metadata',
      redirectUri: 'http://localhost:51999/callback',
    };
    const clients = [
      new OAuthClient(origin, { ...code, resource: weather }),
      await OAuthClient.register(origin, weather, { redirect_uris: [CALLBACK], client_name: 'Claude' }),
    ];
    for (const one of clients) {
      await one.connect(browser);
      const again = await browser.visit(one.authorizeUrl());
      expect([again.status, again.location]).toEqual([200, null]);
      expect(again.text).not.toContain('Published by');
    }
  });

  it('spares the page for a client whose metadata document is on the host of its redirect, and proves its name', async () => {
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    const browser = new Browser(origin, member);
    const page = await browser.visit(claude.authorizeUrl());
    expect(page.text).toContain('Published by claude.ai');
    const { location } = await browser.answer(page, 'allow');
    const first = await claude.exchange(errorOf(location).code ?? '');
    const again = await browser.visit(claude.authorizeUrl());
    expect(again.location).toMatch(/^https:\/\/claude\.ai\/api\/mcp\/auth_callback\?code=/);
    const second = await claude.exchange(errorOf(again.location).code ?? '');
    expect(claimsOf(second.body.access_token).grant_id).toBe(claimsOf(first.body.access_token).grant_id);
  });

  it('is for one connector of one organization: the same client asks again at every other', async () => {
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    const browser = new Browser(origin, owner);
    const ids = [claimsOf((await claude.connect(browser)).access_token).grant_id];
    for (const resource of [`${origin}/acme/calendar/mcp`, `${origin}/acme/mcp`]) {
      const page = await browser.visit(claude.at(resource).authorizeUrl());
      expect([page.status, page.location]).toEqual([200, null]);
      ids.push(claimsOf((await claude.at(resource).connect(browser)).access_token).grant_id);
    }
    const elsewhere = claude.at(`${origin}/globex/weather/mcp`);
    expect((await browser.visit(elsewhere.authorizeUrl())).status).toBe(403);
    ids.push(claimsOf((await elsewhere.connect(new Browser(origin, stranger))).access_token).grant_id);
    expect(new Set(ids).size).toBe(4);
  });

  it('a step-up asks for what is new', async () => {
    const claude = new OAuthClient(origin, {
      id: CLAUDE,
      redirectUri: CALLBACK,
      resource: `${origin}/globex/weather/mcp`,
    });
    const browser = new Browser(origin, await installation.join(stranger, 'member', 'gil'));
    const scopes = { scope: 'tools:read' };
    await claude.connect(browser, scopes);
    expect((await browser.visit(claude.authorizeUrl(scopes))).location).not.toBeNull();
    const wider = await browser.visit(claude.authorizeUrl({ scope: 'tools:read tools:write' }));
    expect(wider.text).toContain('name="scope:tools:write"');
  });
});

describe('the sign-in behind an authorization', () => {
  it('is the one of the browser now: a person who signs in after another one connects as themselves', async () => {
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    const browser = new Browser(origin, owner);
    await claude.connect(browser);
    browser.be(member);
    const { access_token } = await claude.connect(browser);
    expect(claimsOf(access_token).sub).toBe(member.personId);
  });

  it('a planted session of the provider connects no person', async () => {
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    const attacker = new Browser(origin, owner);
    await claude.connect(attacker);
    const planted = [...attacker.cookies].filter(([name]) => name.startsWith('patchbay_oauth_session'));
    expect(planted.length).toBeGreaterThan(0);
    const victim = new Browser(origin, member);
    for (const [name, value] of planted) victim.cookies.set(name, value);
    const page = await victim.visit(claude.authorizeUrl());
    const text = page.location ?? page.text;
    expect(text).not.toContain(owner.email);
    const { access_token } = await claude.connect(victim);
    expect(claimsOf(access_token).sub).toBe(member.personId);
    const alone = new Browser(origin);
    for (const [name, value] of planted) alone.cookies.set(name, value);
    expect((await alone.visit(claude.authorizeUrl())).location).toContain('/dashboard/sign-in');
  });

  it('the provider’s session has another id after each sign-in, and ends with it', async () => {
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    const person = await installation.signIn('mia@people.example');
    const browser = new Browser(origin, person);
    await claude.connect(browser);
    const before = browser.cookies.get('patchbay_oauth_session');
    await installation.call('POST', '/api/auth/sign-out', { as: person, body: {} });
    browser.be(await installation.signIn('mia@people.example'));
    await claude.connect(browser);
    expect(browser.cookies.get('patchbay_oauth_session')).not.toBe(before);
  });

  it('“not you?” ends the sign-in of the browser and asks for another', async () => {
    const person = await installation.signIn('mia@people.example');
    const browser = new Browser(origin, person);
    const asking = await client();
    const page = await browser.visit(asking.authorizeUrl());
    const seen = await browser.answer(page, 'switch');
    expect(seen.location).toContain('/dashboard/sign-in?next=');
    expect((await installation.call('GET', '/me', { as: person })).status).toBe(401);
    browser.be(owner);
    expect((await browser.visit(new URL(seen.location ?? '').searchParams.get('next') ?? '')).text).toContain(
      owner.email,
    );
  });

  it('a client that asks for a new sign-in gets one', async () => {
    const person = await installation.signIn('mia@people.example');
    const browser = new Browser(origin, person);
    const claude = new OAuthClient(origin, { id: CLAUDE, redirectUri: CALLBACK, resource: weather });
    await claude.connect(browser);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
    const seen = await browser.visit(claude.authorizeUrl({ prompt: 'login' }));
    expect(seen.location).toContain('/dashboard/sign-in');
    expect((await installation.call('GET', '/me', { as: person })).status).toBe(401);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 5_000 });
    browser.be(await installation.signIn('mia@people.example'));
    const back = await browser.visit(new URL(seen.location ?? '').searchParams.get('next') ?? '');
    expect(errorOf(back.location).code).not.toBeNull();
  });
});
