/** A provider speaks about its own organization only, whatever it asserts. */
import { ERRORS } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, PASSWORD, type SignedIn } from '../admin/given.ts';
import { Browser, liveConnector, OAuthClient, type Owner } from '../oauth/given.ts';
import { putIntoService, signedInAs, through } from './given.ts';
import { ssoFetch, TestIdentityProvider } from './test-identity-provider.ts';

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let evil: Owner;
let victims: Owner;
let bob: SignedIn;
let idp: TestIdentityProvider;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin, { ssoFetch });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  superuser.on('error', () => {});
  evil = await installation.owner('evil');
  victims = await installation.owner('victims');
  bob = await installation.join(victims, 'admin', 'bob');
  idp = await TestIdentityProvider.start('evil');
  for (const owner of [evil, victims]) await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  await putIntoService(installation, evil, { slug: 'evil', provider: idp });
});
afterAll(async () => {
  idp.close();
  await superuser.end();
  await installation.close();
});

const SETTINGS = '/organizations/evil/sign-in/identity-provider';
const signIn = async (claims: Readonly<Record<string, unknown>>, browser = new Browser(origin)) => {
  const seen = await through(browser, idp, { path: '/-/sso/evil', claims });
  return { browser, seen, as: signedInAs(browser) };
};
const auth = (as: SignedIn, path: string, body: unknown, headers: Record<string, string> = {}) =>
  installation.call('POST', `/api/auth${path}`, { as, body, headers });

describe('the provider of another organization', () => {
  it('never signs in as a person whose address it asserts, before or after they exist, verified or not', async () => {
    for (const email_verified of [true, false, undefined]) {
      for (const email of [bob.email, bob.email.toUpperCase(), 'carol@people.example']) {
        const { as } = await signIn({ sub: `claims ${email} ${email_verified}`, email, email_verified });
        const me = await installation.call('GET', '/me', { as });
        expect(me.body.person.id).not.toBe(bob.personId);
        expect(me.body.person.email).toMatch(/@no-address\.invalid$/);
        expect(me.body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['evil']);
      }
    }
    // Not even inside a domain that the organization proved.
    const asserted = { organizationId: evil.organizationId, issuer: idp.issuer, subject: 'proved', name: 'Bob' };
    await expect(installation.people.external.resolve({ ...asserted, provedEmail: bob.email })).rejects.toMatchObject({
      code: 'sso.address_taken',
    });
    // The address that it asserted in advance is free for its owner, and so is the invitation to it.
    const carol = await installation.join(victims, 'member', 'carol');
    const { body } = await installation.call('GET', '/me', { as: carol });
    expect(body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['victims']);
  });

  it('a session that it made opens no other organization of the person, and changes nothing of the person', async () => {
    await superuser.query(
      'INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)',
      ['mbr_00000000000000000000000001', evil.organizationId, bob.personId, 'member'],
    );
    const joining = await through(new Browser(origin, bob), idp, { path: '/-/sso/evil/join', claims: { sub: 'bob' } });
    expect([joining.status, joining.text.includes('Your account is connected')]).toEqual([200, true]);
    const { as, browser } = await signIn({ sub: 'bob' });
    const me = await installation.call('GET', '/me', { as });
    expect(me.body.person.id).toBe(bob.personId);
    expect(me.body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['evil']);
    const refusals = [
      await installation.call('GET', '/organizations/victims', { as }),
      await installation.call('GET', '/organizations/victims/members', { as }),
      await installation.call('POST', '/organizations', { as, body: { slug: 'new-one', name: 'New' } }),
      await auth(as, '/change-password', { currentPassword: PASSWORD, newPassword: 'another password of bob' }),
      await auth(as, '/two-factor/enable', { password: PASSWORD }),
      await installation.call('GET', '/api/auth/passkey/generate-register-options', { as }),
      await auth(as, '/organization/accept-invitation', {}, { 'x-patchbay-invitation': 'x' }),
    ];
    expect(refusals.map(({ status, body }) => [status, body.code])).toEqual(
      refusals.map(() => [401, 'auth.session_elsewhere']),
    );
    // An organization that the person does not belong to answers as before.
    await installation.owner('third');
    expect((await installation.call('GET', '/organizations/third', { as })).status).toBe(404);
    // No client gets anything there either.
    const client = await OAuthClient.register(origin, `${origin}/victims/weather/mcp`);
    const page = await browser.visit(client.authorizeUrl());
    expect([page.status, page.text.includes('opens that one alone')]).toEqual([401, true]);
    // The password still opens everything.
    expect((await installation.call('GET', '/organizations/victims', { as: bob })).status).toBe(200);
  });

  it('a removal by that organization leaves the person, their sessions and grants elsewhere', async () => {
    const client = await OAuthClient.register(origin, `${origin}/victims/weather/mcp`);
    const tokens = await client.connect(new Browser(origin, bob));
    const member = '/organizations/evil/members/mbr_00000000000000000000000001';
    const removed = await installation.call('DELETE', member, { as: evil });
    expect(removed.body.ended).toMatchObject({ signIns: 1, grants: 0 });
    expect((await installation.call('GET', '/organizations/victims', { as: bob })).status).toBe(200);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('an identity joins one person only, and only from their own sign-in', async () => {
    const dora = await installation.join(evil, 'member', 'dora');
    const dave = await installation.join(evil, 'member', 'dave');
    const join = (browser: Browser, sub: string) =>
      through(browser, idp, { path: '/-/sso/evil/join', claims: { sub } });
    expect((await new Browser(origin).send('/-/sso/evil/join')).location).toContain('/dashboard/sign-in?next=');
    expect((await join(new Browser(origin, dora), 'd')).status).toBe(200);
    const taken = await join(new Browser(origin, dave), 'd');
    expect([taken.status, taken.text.includes(ERRORS['sso.identity_taken'].title)]).toEqual([409, true]);
    // A session of the provider joins nothing further.
    const { browser } = await signIn({ sub: 'd' });
    const further = await join(browser, 'another');
    expect([further.status, further.text.includes('opens that one alone')]).toEqual([401, true]);
    const stranger = await join(new Browser(origin, victims), 'v');
    expect([stranger.status, stranger.text.includes('not a member')]).toEqual([403, true]);
  });
});

describe('an organization that demands its provider', () => {
  it('admits its own provider’s sessions alone at the admin API, at authorization and at refresh, and an owner with a second factor', async () => {
    const owner = await installation.join(evil, 'owner', 'olga');
    await through(new Browser(origin, owner), idp, { path: '/-/sso/evil/join', claims: { sub: 'olga' } });
    const member = await installation.join(evil, 'member', 'mona');
    await through(new Browser(origin, member), idp, { path: '/-/sso/evil/join', claims: { sub: 'mona' } });
    const client = await OAuthClient.register(origin, `${origin}/evil/weather/mcp`);
    const before = await client.connect(new Browser(origin, member));
    const { as } = await signIn({ sub: 'olga' });
    const demanded = await installation.call('PATCH', SETTINGS, { as, body: { required: true } });
    expect(demanded.body.identityProvider.required).toBe(true);

    for (const person of [member, owner]) {
      const refused = await installation.call('GET', '/organizations/evil', { as: person });
      expect([refused.status, refused.body.code]).toEqual([401, 'auth.provider_required']);
    }
    await superuser.query('UPDATE identity.sessions SET second_factor_at = now() WHERE person_id = ANY ($1)', [
      [member.personId, owner.personId],
    ]);
    expect((await installation.call('GET', '/organizations/evil', { as: member })).status).toBe(401);
    expect((await installation.call('GET', '/organizations/evil', { as: owner })).status).toBe(200);
    const { rows } = await superuser.query(
      `SELECT actor FROM app.audit_events WHERE action = 'identity_provider.owner_exception'`,
    );
    expect(rows).toEqual([{ actor: { kind: 'person', personId: owner.personId } }]);
    const page = await new Browser(origin, member).visit(client.authorizeUrl());
    expect([page.status, page.text.includes('demands that its members sign in')]).toEqual([401, true]);
    expect((await client.refresh(before.refresh_token)).body.error).toBe('invalid_grant');
    for (const change of ['deactivate', ''] as const) {
      const method = change === '' ? 'DELETE' : 'POST';
      const refused = await installation.call(method, `${SETTINGS}${change && `/${change}`}`, { as });
      expect([refused.status, refused.body.code]).toEqual([409, 'sso.required']);
    }

    const mona = await signIn({ sub: 'mona' });
    expect((await installation.call('GET', '/organizations/evil', { as: mona.as })).status).toBe(200);
    const after = await client.connect(mona.browser);
    expect((await client.refresh(after.refresh_token)).status).toBe(200);
    const relaxed = await installation.call('PATCH', SETTINGS, { as, body: { required: false } });
    expect(relaxed.status).toBe(200);
    expect((await installation.call('GET', '/organizations/evil', { as: member })).status).toBe(200);
    const off = await installation.call('POST', `${SETTINGS}/deactivate`, { as });
    expect(off.status).toBe(200);
    // Its sessions ended with it, that of the owner too.
    expect((await installation.call('GET', '/me', { as })).status).toBe(401);
    expect((await installation.call('PATCH', SETTINGS, { as: evil, body: { required: false } })).status).toBe(200);
  });
});
