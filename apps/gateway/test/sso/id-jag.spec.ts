/** Enterprise-managed authorization: the identity provider of an organization connects its members to clients. */

import { createSecretKey } from 'node:crypto';
import { freePort, waitFor } from '@patchbay/testing';
import { SignJWT } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../admin/given.ts';
import { Browser, claimsOf, liveConnector, OAuthClient, type Owner, register } from '../oauth/given.ts';
import { putIntoService, signedInAs, through } from './given.ts';
import { ssoFetch, TestIdentityProvider } from './test-identity-provider.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const CLAUDE = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const TYPE = 'oauth-id-jag+jwt';

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let acme: Owner;
let idp: TestIdentityProvider;
let other: TestIdentityProvider;
let client: OAuthClient;
let weather: string;
let anna: string;
let count = 0;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin, { ssoFetch });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  superuser.on('error', () => {});
  [idp, other] = [await TestIdentityProvider.start('idp'), await TestIdentityProvider.start('other')];
  acme = await installation.owner('acme');
  const rival = await installation.owner('rival');
  for (const owner of [acme, rival]) await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  await putIntoService(installation, acme, { slug: 'acme', provider: idp });
  await putIntoService(installation, rival, { slug: 'rival', provider: other });
  for (const [slug, as] of [
    ['acme', acme],
    ['rival', rival],
  ] as const) {
    const path = `/organizations/${slug}/sign-in/identity-provider`;
    const changed = await installation.call('PATCH', path, { as, body: { idJag: true } });
    expect(changed.body.identityProvider.idJag).toBe(true);
  }
  weather = `${origin}/acme/weather/mcp`;
  const browser = new Browser(origin);
  await through(browser, idp, { path: '/-/sso/acme', claims: { sub: 'anna' } });
  anna = (await installation.call('GET', '/me', { as: signedInAs(browser) })).body.person.id;
  const made = await installation.call('POST', '/organizations/acme/oauth-clients', {
    as: acme,
    body: { name: 'Agents' },
  });
  client = new OAuthClient(origin, { id: made.body.id, secret: made.body.secret, resource: weather });
});
afterAll(async () => {
  idp.close();
  other.close();
  await superuser.end();
  await installation.close();
});

type Claims = Readonly<Record<string, unknown>>;
const claims = (change: Claims = {}): Claims => {
  count += 1;
  const now = Math.floor(Date.now() / 1000);
  const about = { sub: 'anna', aud: origin, client_id: client.id, resource: weather, scope: 'tools:read' };
  return { iss: idp.issuer, jti: `j${count}`, iat: now, exp: now + 300, ...about, ...change };
};
const assertion = (change: Claims = {}, header: Claims = {}) => idp.sign(claims(change), { typ: TYPE, ...header });
const exchange = (text: string, by = client, form: Record<string, string> = {}) =>
  by.token({ grant_type: JWT_BEARER, assertion: text, ...form });

describe('an identity assertion', () => {
  it.each([
    ['for another audience', { aud: 'https://other.example' }],
    ['for several audiences', { aud: ['https://other.example', 'https://third.example'] }],
    ['for another client', { client_id: 'somebody-else' }],
    ['of a person who never signed in here', { sub: 'nobody' }],
    ['of another issuer', { iss: 'https://other.test.example' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1000) - 60 }],
    ['that is good for a day', { exp: Math.floor(Date.now() / 1000) + 86_400 }],
    ['from the future', { iat: Math.floor(Date.now() / 1000) + 600, exp: Math.floor(Date.now() / 1000) + 900 }],
    ['without an id', { jti: undefined }],
    ['without an expiry', { exp: undefined }],
  ])('%s is refused', async (_name, change) => {
    const { status, body } = await exchange(await assertion(change));
    expect([status, body.error]).toEqual([400, 'invalid_grant']);
  });

  it('of another type, without signature, with a public key as secret, or with a key that is not published is refused', async () => {
    const jwk = JSON.stringify(await idp.publicJwk());
    const confused = await new SignJWT({ ...claims() })
      .setProtectedHeader({ alg: 'HS256', typ: TYPE, kid: 'k1' })
      .sign(createSecretKey(Buffer.from(jwk)));
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    idp.faults = { foreignKey: true };
    const foreign = await assertion();
    idp.faults = {};
    const refused = [
      await assertion({}, { typ: 'JWT' }),
      await assertion({}, { typ: 'at+jwt' }),
      `${part({ alg: 'none', typ: TYPE })}.${part(claims())}.`,
      confused,
      foreign,
      'no.jwt.at-all',
    ];
    for (const text of refused) expect((await exchange(text)).body.error).toBe('invalid_grant');
    expect((await exchange('')).body.error).toBe('invalid_request');
  });

  it('of another organization’s provider opens nothing here, and this provider opens nothing there', async () => {
    const theirs = await other.sign(claims({ iss: other.issuer }), { typ: TYPE });
    expect((await exchange(theirs)).body.error).toBe('invalid_grant');
    const elsewhere = await assertion({ resource: `${origin}/rival/weather/mcp` });
    // The static client is its own organization's.
    expect((await exchange(elsewhere)).body.error).toBe('invalid_target');
    const claude = new OAuthClient(origin, { id: CLAUDE, resource: weather });
    const byClaude = await assertion({ client_id: CLAUDE, resource: `${origin}/rival/weather/mcp` });
    expect((await exchange(byClaude, claude)).body.error).toBe('invalid_grant');
    const nowhere = await assertion({ resource: `${origin}/acme/nothing/mcp` });
    expect((await exchange(nowhere)).body.error).toBe('invalid_target');
    const mixed = await exchange(await assertion(), client, { resource: `${origin}/rival/weather/mcp` });
    expect(mixed.body.error).toBe('invalid_target');
  });

  it('is no way in for a registered client, nor for a client without its secret', async () => {
    const { body } = await register(origin, {
      redirect_uris: ['http://localhost/callback'],
      grant_types: ['authorization_code', JWT_BEARER],
      token_endpoint_auth_method: 'none',
    });
    expect(body.grant_types).toEqual(['authorization_code']);
    const registered = new OAuthClient(origin, { id: body.client_id, resource: weather });
    const refused = await exchange(await assertion({ client_id: body.client_id }), registered);
    // The provider's answer to a grant type that the client does not have.
    expect([refused.status, refused.body.error]).toEqual([400, 'invalid_request']);
    const bare = new OAuthClient(origin, { id: client.id, resource: weather });
    expect((await exchange(await assertion(), bare)).body.error).toBe('invalid_client');
  });

  it('is good once, also of two exchanges at the same time', async () => {
    const text = await assertion();
    const answers = await Promise.all([exchange(text), exchange(text), exchange(text)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400]);
    expect((await exchange(text)).body.error).toBe('invalid_grant');
  });

  it('connects a member without a page: a token for that resource and those scopes alone, on record, until the member leaves', async () => {
    const { status, body } = await exchange(await assertion({ scope: 'tools:read tools:admin' }));
    expect([status, body.token_type, body.scope, body.refresh_token]).toEqual([200, 'Bearer', 'tools:read', undefined]);
    expect(claimsOf(body.access_token)).toMatchObject({ sub: anna, aud: weather, scope: 'tools:read', iss: origin });
    const again = await exchange(await assertion());
    expect(claimsOf(again.body.access_token).grant_id).toBe(claimsOf(body.access_token).grant_id);
    const { rows } = await superuser.query('SELECT person_id, sign_in, scopes FROM app.grants WHERE ended_at IS NULL');
    expect(rows).toEqual([{ person_id: anna, sign_in: 'identity_provider', scopes: ['tools:read'] }]);
    const claude = new OAuthClient(origin, { id: CLAUDE, resource: weather });
    const byClaude = await exchange(await assertion({ client_id: CLAUDE, scope: undefined }), claude);
    expect([byClaude.status, byClaude.body.scope]).toEqual([200, 'tools:read tools:write']);
    const narrow = await exchange(await assertion({ scope: undefined }), client, { scope: 'tools:write' });
    expect(narrow.body.scope).toBe('tools:write');
    const none = await exchange(await assertion({ scope: 'files:delete' }));
    expect(none.body.error).toBe('invalid_scope');

    const members = await installation.call('GET', '/organizations/acme/members', { as: acme });
    const { id } = members.body.items.find((one: { person: { id: string } }) => one.person.id === anna);
    await installation.call('DELETE', `/organizations/acme/members/${id}`, { as: acme });
    expect((await exchange(await assertion())).body.error).toBe('invalid_grant');
  });

  it('is refused where the MCP server demands a second factor, which no assertion proves', async () => {
    await through(new Browser(origin), idp, { path: '/-/sso/acme', claims: { sub: 'ben' } });
    const demand = (secondFactor: boolean) =>
      installation.call('PATCH', '/organizations/acme/connectors/weather', {
        as: acme,
        body: { demands: { secondFactor } },
      });
    expect((await demand(true)).status).toBe(200);
    await waitFor(async () => (await exchange(await assertion({ sub: 'ben' }))).body.error === 'invalid_grant', {
      what: 'the demand to be known',
    });
    await demand(false);
    await waitFor(async () => (await exchange(await assertion({ sub: 'ben' }))).status === 200, {
      what: 'the end of the demand',
    });
  });

  it('is refused where the owner does not take assertions', async () => {
    const path = '/organizations/acme/sign-in/identity-provider';
    expect((await exchange(await assertion({ sub: 'ben' }))).status).toBe(200);
    await installation.call('PATCH', path, { as: acme, body: { idJag: false } });
    expect((await exchange(await assertion({ sub: 'ben' }))).body.error).toBe('invalid_grant');
  });
});
