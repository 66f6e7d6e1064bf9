import { freePort, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AdminTokens } from '../../src/admin/access/admin-tokens.ts';
import { AccessTokens } from '../../src/mcp/access/verify-access-token.ts';
import { Installation, type SignedIn } from '../admin/given.ts';
import { Browser, claimsOf, type Json, liveConnector, OAuthClient, type Owner, type Tokens } from './given.ts';

const CLAUDE_CODE = 'https://claude.ai/oauth/claude-code-client-metadata';
const REDIRECT = 'http://127.0.0.1:43999/callback';

let installation: Installation;
let origin: string;
let owner: Owner;
let globex: Owner;
let member: SignedIn;
let superuser: pg.Pool;
let admin: string;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  globex = await installation.owner('globex');
  member = await installation.join(owner, 'member', 'mia');
  await liveConnector(installation, owner, { slug: 'weather' });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 1 });
  superuser.on('error', () => {});
  await installation.app.listen({ port, host: 'localhost' });
  admin = `${origin}/api/v1`;
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

const commandLine = (resource = admin) =>
  new OAuthClient(origin, { id: 'patchbay-cli', redirectUri: REDIRECT, resource });
const errorOf = (location: string | null) => new URL(location ?? 'none:').searchParams.get('error');
const tokensOf = (person: SignedIn, change: Readonly<Record<string, string>> = {}): Promise<Tokens> =>
  commandLine().connect(new Browser(origin, person), change);
const as = (tokens: Tokens) => tokens.access_token;

describe('a client that asks for the admin API', () => {
  it.each([
    ['that registered itself', () => OAuthClient.register(origin, admin, { client_name: 'Patchbay command line' })],
    ['of a metadata document', async () => new OAuthClient(origin, { id: CLAUDE_CODE, resource: admin })],
    [
      'that an owner made for connectors',
      async () => {
        const made = await installation.call('POST', '/organizations/acme/oauth-clients', {
          as: owner,
          body: { name: 'Bot', redirectUris: [REDIRECT] },
        });
        const { id, secret } = made.body;
        return new OAuthClient(origin, { id, secret, redirectUri: REDIRECT, resource: admin });
      },
    ],
  ])('%s is refused the admin API, whatever scope it names', async (_what, make) => {
    const client = await make();
    for (const scope of [undefined, 'organization:read', 'tools:read']) {
      const seen = await new Browser(origin, owner).visit(
        client.authorizeUrl({ scope, redirect_uri: client.redirectUri }),
      );
      expect([errorOf(seen.location), seen.text.includes('administ')]).toEqual(['invalid_target', false]);
    }
  });

  it('is made by an owner alone, and reaches the organization of that owner alone', async () => {
    const admins = await installation.join(owner, 'admin', 'ada');
    const body = { name: 'Deployer', redirectUris: [REDIRECT], adminApi: true };
    const refused = await installation.call('POST', '/organizations/acme/oauth-clients', { as: admins, body });
    expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
    const made = await installation.call('POST', '/organizations/acme/oauth-clients', { as: owner, body });
    const { id, secret } = made.body;
    const client = new OAuthClient(origin, { id, secret, redirectUri: REDIRECT, resource: admin });
    const stranger = await new Browser(origin, globex).visit(client.authorizeUrl());
    expect([stranger.status, stranger.text]).toEqual([403, expect.stringContaining('not a member')]);
    const tokens = await client.connect(new Browser(origin, owner));
    const me = await installation.call('GET', '/me', { as: as(tokens) });
    expect(me.body.organizations.map(({ slug }: Json) => slug)).toEqual(['acme']);
    await installation.call('DELETE', `/organizations/acme/oauth-clients/${id}`, { as: owner });
    const after = await installation.call('GET', '/me', { as: as(tokens) });
    expect(after.body.code).toBe('auth.sign_in_ended');
  });

  it('is refused with a redirect URI that is not on loopback', async () => {
    for (const redirect_uri of [
      'http://127.0.0.1:43999/other',
      'https://evil.example/callback',
      'http://localhost/callback',
    ]) {
      const seen = await new Browser(origin, owner).visit(commandLine().authorizeUrl({ redirect_uri }));
      expect([seen.status, seen.location]).toEqual([400, null]);
    }
  });
});

describe('consent to the administration', () => {
  it('is asked for after a fresh sign-in only, each time, on a page that names what is at stake', async () => {
    const person = await installation.owner('initech');
    const browser = new Browser(origin, person);
    await superuser.query(`UPDATE identity.sessions SET created_at = now() - interval '1 hour' WHERE person_id = $1`, [
      person.personId,
    ]);
    const sent = await browser.visit(commandLine().authorizeUrl());
    expect(new URL(sent.location ?? '').pathname).toBe('/dashboard/sign-in');
    expect(browser.cookies.has(person.cookie.split('=')[0] ?? '')).toBe(false);
    browser.be(await installation.signIn(person.email));
    const page = await browser.visit(new URL(sent.location ?? '').searchParams.get('next') ?? '');
    for (const text of ['patchbay login', '127.0.0.1:43999', 'initech', person.email, '/dashboard/-/account']) {
      expect(page.text).toContain(text);
    }
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' http://127.0.0.1:43999");
    await browser.answer(page, 'allow');
    expect((await browser.visit(commandLine().authorizeUrl())).text).toContain('name="formToken"');
    expect(errorOf((await browser.visit(commandLine().authorizeUrl({ prompt: 'none' }))).location)).toBe(
      'consent_required',
    );
  });

  it('that is denied, or leaves nothing ticked, gives no code', async () => {
    for (const answer of ['deny', 'allow'] as const) {
      const browser = new Browser(origin, owner);
      const page = await browser.visit(commandLine().authorizeUrl());
      expect(errorOf((await browser.answer(page, answer, [])).location)).toBe('access_denied');
    }
  });

  it('a code of it is worth nothing without its verifier, nor at another redirect URI', async () => {
    const client = commandLine();
    const code = await client.code(new Browser(origin, owner));
    const stolen = await client.exchange(code, { code_verifier: 'a'.repeat(43) });
    expect([stolen.status, stolen.body.error]).toEqual([400, 'invalid_grant']);
    const again = commandLine();
    const elsewhere = await again.exchange(await again.code(new Browser(origin, owner)), {
      redirect_uri: 'http://127.0.0.1:1/callback',
    });
    expect([elsewhere.status, elsewhere.body.error]).toEqual([400, 'invalid_grant']);
  });
});

describe('an access token for the admin API', () => {
  it('names the admin API and nothing else, and has no row in an organization', async () => {
    const tokens = await tokensOf(owner);
    expect(claimsOf(tokens.access_token)).toMatchObject({ aud: admin, sub: owner.personId, client_id: 'patchbay-cli' });
    expect(claimsOf(tokens.access_token)).not.toHaveProperty('organization_id');
    const { rows } = await superuser.query(
      `SELECT count(*)::int AS n FROM app.grants WHERE client_id = 'patchbay-cli'`,
    );
    expect(rows[0].n).toBe(0);
  });

  it('opens no MCP server, and a token of an MCP server does not open it', async () => {
    const tokens = await tokensOf(owner);
    const atMcp = new AccessTokens({
      issuer: origin,
      keys: installation.oauth.signingKeys,
      grants: installation.grants,
      clock: { now: () => new Date() },
    });
    await expect(atMcp.verify(tokens.access_token, 0)).rejects.toMatchObject({ code: 'mcp.wrong_audience' });
    // It is no stranger's, so that it is not counted as one before it is answered.
    expect(await atMcp.recognizes(tokens.access_token)).toBe(true);
    const weather = await commandLine(`${origin}/acme/weather/mcp`).connect(new Browser(origin, owner));
    const refused = await installation.call('GET', '/me', { as: weather.access_token });
    expect([refused.status, refused.body.code]).toEqual([401, 'auth.token_invalid']);
    expect(refused.headers['www-authenticate']).toBe(
      `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/api/v1", scope="organization:read logs:read connectors:deploy connectors:manage organization:manage", error="invalid_token"`,
    );
    const later = new AdminTokens({
      origin,
      keys: installation.oauth.signingKeys,
      accountGrants: installation.oauth.accountGrants,
      clock: { now: () => new Date(Date.now() + 3_601_000) },
    });
    await expect(later.verify(tokens.access_token)).rejects.toMatchObject({ code: 'auth.token_expired' });
    const forged = tokens.access_token.replace(/\.[^.]+$/, '.AAAA');
    expect((await installation.call('GET', '/me', { as: forged })).body.code).toBe('auth.token_invalid');
  });

  it('is asked for as the document about the resource describes', async () => {
    const answer = await fetch(`${origin}/.well-known/oauth-protected-resource/api/v1`);
    expect(await answer.json()).toMatchObject({ resource: admin, authorization_servers: [origin] });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('never counts as the person: no keys, no roles, no invitations, no approvals, no organizations, no ends of grants', async () => {
    const token = as(await tokensOf(owner));
    const members = await installation.call('GET', '/organizations/acme/members', { as: token });
    const mia = members.body.items.find(({ person }: Json) => person.email.startsWith('mia'));
    const tries: readonly (readonly ['POST' | 'PATCH' | 'DELETE' | 'GET', string, unknown?])[] = [
      ['POST', '/organizations/acme/api-keys', { kind: 'mcp', name: 'x', connectors: ['*'] }],
      ['PATCH', `/organizations/acme/members/${mia.id}`, { role: 'owner' }],
      ['DELETE', `/organizations/acme/members/${mia.id}`],
      ['POST', '/organizations/acme/invitations', { email: 'eve@people.example', role: 'owner' }],
      ['POST', '/organizations/acme/connectors/weather/deployments/dep_x/resolve'],
      ['POST', '/organizations/acme/oauth-clients', { name: 'x', adminApi: true }],
      ['POST', '/organizations/acme/groups', { name: 'x' }],
      ['DELETE', '/organizations/acme'],
      ['POST', '/organizations', { slug: 'mine', name: 'Mine' }],
      ['GET', '/me/grants'],
    ];
    for (const [method, path, body] of tries) {
      const answer = await installation.call(method, path, { as: token, ...(body !== undefined && { body }) });
      expect([method, path, answer.status, answer.body?.code]).toEqual([method, path, 403, 'admin.person_required']);
    }
  });

  it('does what its scopes allow and no more, and a refusal names the missing scope', async () => {
    const token = as(await tokensOf(owner, { scope: 'organization:read' }));
    const me = await installation.call('GET', '/me', { as: token });
    expect(me.body).toMatchObject({
      kind: 'token',
      person: { id: owner.personId },
      signIn: { client: { id: 'patchbay-cli' }, scopes: ['organization:read'] },
    });
    expect((await installation.call('GET', '/organizations/acme/connectors', { as: token })).status).toBe(200);
    const refused = await installation.call('PATCH', '/organizations/acme', { as: token, body: { name: 'Acme' } });
    expect([refused.status, refused.body.code, refused.body.data]).toEqual([
      403,
      'admin.scope_missing',
      { permission: 'organization:write', scope: 'organization:manage' },
    ]);
    expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"');
  });

  it('of an owner who was made a member does what a member may, from the next request on', async () => {
    const former = await installation.join(owner, 'owner', 'fran');
    const token = as(await tokensOf(former));
    const rename = () => installation.call('PATCH', '/organizations/acme', { as: token, body: { name: 'Acme' } });
    expect((await rename()).status).toBe(200);
    const { body } = await installation.call('GET', '/organizations/acme/members', { as: owner });
    const seat = body.items.find(({ person }: Json) => person.id === former.personId);
    await installation.call('PATCH', `/organizations/acme/members/${seat.id}`, { as: owner, body: { role: 'member' } });
    expect((await rename()).body.code).toBe('admin.permission_missing');
    await installation.call('DELETE', `/organizations/acme/members/${seat.id}`, { as: owner });
    const after = await installation.call('GET', '/organizations/acme', { as: token });
    expect([after.status, after.body.code]).toEqual([404, 'admin.not_found']);
  });

  it('is named in the audit log as the person with the program', async () => {
    const token = as(await tokensOf(owner));
    await installation.call('PATCH', '/organizations/acme', { as: token, body: { name: 'Acme again' } });
    const { body } = await installation.call('GET', '/organizations/acme/audit-events?limit=1', { as: token });
    expect(body.items[0].actor).toMatchObject({
      kind: 'person',
      id: owner.personId,
      client: { id: 'patchbay-cli', name: 'Patchbay command line' },
    });
  });

  it('and its refresh token end at once when the person ends the grant, which no other person can', async () => {
    const client = commandLine();
    const tokens = await client.connect(new Browser(origin, member));
    const other = await tokensOf(member);
    const { body } = await installation.call('GET', '/me/grants', { as: member });
    const grant = body.items.find(({ id }: Json) => id === claimsOf(tokens.access_token).grant_id);
    expect(grant).toMatchObject({ client: { id: 'patchbay-cli' }, byDeviceCode: false, organizations: [] });
    const stranger = await installation.call('DELETE', `/me/grants/${grant.id}`, { as: owner });
    expect([stranger.status, stranger.body.code]).toEqual([404, 'grants.not_found']);
    expect((await installation.call('DELETE', `/me/grants/${grant.id}`, { as: member })).status).toBe(204);
    expect((await installation.call('GET', '/me', { as: as(tokens) })).body.code).toBe('auth.sign_in_ended');
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    // The sign-in of another computer stays.
    expect((await installation.call('GET', '/me', { as: as(other) })).status).toBe(200);
  });

  it('is refused in a URL, and ends its grant with its refresh token', async () => {
    const client = commandLine();
    const tokens = await client.connect(new Browser(origin, member));
    const response = await fetch(`${origin}/api/v1/me?x=${tokens.access_token}`);
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('edge.token_in_url')]);
    const isEnded = async () => (await installation.call('GET', '/me', { as: as(tokens) })).status === 401;
    await waitFor(isEnded, { what: 'the end of the grant' });
    expect((await client.refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('can be refreshed, and its grant ends when the program signs out', async () => {
    const client = commandLine();
    const tokens = await client.connect(new Browser(origin, owner));
    const { status, body } = await client.refresh(tokens.refresh_token, { resource: admin });
    expect([status, claimsOf(body.access_token).aud]).toEqual([200, admin]);
    await fetch(`${origin}/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'patchbay-cli', token: body.refresh_token }),
    });
    expect((await installation.call('GET', '/me', { as: body.access_token })).body.code).toBe('auth.sign_in_ended');
  });
});
