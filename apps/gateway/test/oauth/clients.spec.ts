import type { Clock } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Installation, type SignedIn } from '../admin/given.ts';
import { Browser, CALLBACK, claimsOf, LOOPBACK, liveConnector, OAuthClient, type Owner, register } from './given.ts';

const CLAUDE_CODE = 'https://claude.ai/oauth/claude-code-client-metadata';
const clock: Clock = { now: () => new Date(), monotonicMs: () => performance.now() };

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let owner: Owner;
let member: SignedIn;
let weather: string;
/** Documents that vendors publish during a test; everything else is out of reach. */
const documents = new Map<string, unknown>();
let fetched: string[] = [];

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin, {
    clock,
    fetchDocument: async (url) => {
      fetched.push(url);
      const document = documents.get(url);
      if (document === undefined) throw new Error('out of reach');
      return document instanceof Response ? document.clone() : Response.json(document);
    },
  });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  owner = await installation.owner('acme');
  member = await installation.join(owner, 'member', 'mia');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  weather = `${origin}/acme/weather/mcp`;
});
afterEach(() => {
  vi.useRealTimers();
  documents.clear();
  fetched = [];
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

const publicClient = { redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none' };

describe('a registration', () => {
  it.each([
    [{ ...publicClient, redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    [{ ...publicClient, redirect_uris: ['http://evil.example/callback'] }, 'invalid_redirect_uri'],
    [{ ...publicClient, redirect_uris: ['ms-msdt:/id'] }, 'invalid_redirect_uri'],
    [{ ...publicClient, redirect_uris: [] }, 'invalid_redirect_uri'],
    [{ ...publicClient, grant_types: ['client_credentials'] }, 'invalid_client_metadata'],
    [{ ...publicClient, grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] }, 'invalid_client_metadata'],
    [{ ...publicClient, client_name: 'x'.repeat(10_000) }, 'invalid_client_metadata'],
    [{}, 'invalid_redirect_uri'],
  ])('is refused with %j', async (metadata, error) => {
    const { status, body } = await register(origin, metadata);
    expect([status, body.error]).toEqual([400, error]);
  });

  it('never obtains a token without a person, whatever it asks for', async () => {
    const { body } = await register(origin, {
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'client_credentials'],
      token_endpoint_auth_method: 'client_secret_post',
    });
    expect(body.grant_types).toEqual(['authorization_code']);
    const client = new OAuthClient(origin, { id: body.client_id, secret: body.client_secret, resource: weather });
    for (const grant_type of [
      'client_credentials',
      'urn:ietf:params:oauth:grant-type:jwt-bearer',
      'password',
      'implicit',
    ]) {
      const { status, body: answer } = await client.token({ grant_type, resource: weather, assertion: 'a.b.c' });
      expect([grant_type, status, 'access_token' in answer]).toEqual([grant_type, 400, false]);
    }
  });

  it('is not pinned to the scope in its body: a later request may ask for more', async () => {
    const client = await OAuthClient.register(origin, weather, { scope: 'tools:read unknown' });
    const { scope } = await client.connect(new Browser(origin, member), { scope: 'tools:read tools:write' });
    expect(scope.split(' ').sort()).toEqual(['tools:read', 'tools:write']);
  });

  it('writes no row before a person consents', async () => {
    const count = async () =>
      (await superuser.query(`SELECT count(*)::int AS n FROM identity.oauth_rows WHERE model = 'Client'`)).rows[0].n;
    const before = await count();
    const client = await OAuthClient.register(origin, weather);
    expect(await count()).toBe(before);
    await client.connect(new Browser(origin, member));
    expect(await count()).toBe(before + 1);
  });

  it('without a consent is an invalid client after a day, and one that was consented to is not', async () => {
    const unused = await OAuthClient.register(origin, weather);
    const used = await OAuthClient.register(origin, weather);
    const { refresh_token } = await used.connect(new Browser(origin, member));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 25 * 3_600_000 });
    const { status, body } = await unused.refresh('none');
    expect([status, body.error]).toEqual([401, 'invalid_client']);
    expect((await used.refresh(refresh_token)).status).toBe(200);
  });

  it('of a confidential client is new each time, with a secret of its own that the token endpoint demands', async () => {
    const confidential = { ...publicClient, token_endpoint_auth_method: 'client_secret_basic' };
    const [one, other] = [await register(origin, confidential), await register(origin, confidential)];
    expect(one.body.client_id).not.toBe(other.body.client_id);
    expect(one.body.client_secret).not.toBe(other.body.client_secret);
    const client = new OAuthClient(origin, { id: one.body.client_id, resource: weather });
    const code = await client.code(new Browser(origin, member));
    const basic = (secret: string) => ({
      authorization: `Basic ${Buffer.from(`${encodeURIComponent(client.id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
    });
    const exchange = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: client.redirectUri,
      code_verifier: client.verifier,
    };
    expect((await client.token(exchange)).body.error).toBe('invalid_client');
    expect((await client.token(exchange, basic(other.body.client_secret))).status).toBe(401);
    expect((await client.token(exchange, basic(one.body.client_secret))).status).toBe(200);
  });

  it('of a text that was altered is no client', async () => {
    const { id } = await OAuthClient.register(origin, weather);
    const altered = `${id.slice(0, -3)}${id.endsWith('AAA') ? 'BBB' : 'AAA'}`;
    const client = new OAuthClient(origin, { id: altered, resource: weather });
    expect((await client.refresh('none')).status).toBe(401);
  });
});

describe('a client metadata document', () => {
  const ID = 'https://client.example/metadata.json';
  const document = {
    client_id: ID,
    client_name: 'Example',
    redirect_uris: [LOOPBACK],
    token_endpoint_auth_method: 'none',
  };
  let counter = 0;
  const fresh = () => {
    counter += 1;
    return `https://client${counter}.example/metadata.json`;
  };
  const visit = (id: string, redirectUri = LOOPBACK) =>
    new Browser(origin, member).visit(new OAuthClient(origin, { id, redirectUri, resource: weather }).authorizeUrl());

  it.each([
    ['names another client', (id: string) => ({ ...document, client_id: `${id}x` })],
    [
      'has a redirect that starts a program',
      (id: string) => ({ ...document, client_id: id, redirect_uris: [LOOPBACK, 'ms-msdt:/x'] }),
    ],
    [
      'has a shared secret',
      (id: string) => ({ ...document, client_id: id, token_endpoint_auth_method: 'client_secret_post' }),
    ],
    ['is no object', () => [1]],
    ['is not found', () => new Response('no', { status: 404 })],
  ])('that %s is no client', async (_what, documentOf) => {
    const id = fresh();
    documents.set(id, documentOf(id));
    expect((await visit(id)).status).toBe(400);
  });

  it('without the redirect of the request is answered with a page', async () => {
    const id = fresh();
    documents.set(id, { ...document, client_id: id });
    expect((await visit(id, 'https://evil.example/callback')).status).toBe(400);
  });

  it('with scope and grants that need no person is taken without them', async () => {
    const id = fresh();
    documents.set(id, {
      ...document,
      client_id: id,
      scope: 'tools:read',
      grant_types: ['authorization_code', 'client_credentials'],
    });
    const client = new OAuthClient(origin, { id, resource: weather });
    const { scope } = await client.connect(new Browser(origin, member), { scope: 'tools:write' });
    expect(scope).toBe('tools:write');
  });

  it('that cannot be fetched is not asked for again at once', async () => {
    const id = fresh();
    await visit(id);
    const before = fetched.length;
    expect(before).toBeGreaterThan(0);
    await visit(id);
    expect(fetched.length).toBe(before);
  });

  it('of Claude Code connects at any port while Claude’s host is out of reach', async () => {
    const client = new OAuthClient(origin, {
      id: CLAUDE_CODE,
      redirectUri: 'http://localhost:61234/callback',
      resource: weather,
    });
    const { access_token } = await client.connect(new Browser(origin, member));
    expect(claimsOf(access_token).client_id).toBe(CLAUDE_CODE);
    const ipv4 = new OAuthClient(origin, {
      id: CLAUDE_CODE,
      redirectUri: 'http://127.0.0.1:9/callback',
      resource: weather,
    });
    expect((await ipv4.connect(new Browser(origin, member))).access_token).toBeDefined();
    const elsewhere = await visit(CLAUDE_CODE, 'http://localhost:61234/other');
    expect(elsewhere.status).toBe(400);
  });
});
