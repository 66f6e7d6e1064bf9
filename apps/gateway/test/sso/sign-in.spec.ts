/** Sign-in through an organization's own identity provider, by a provider that listens on this machine. */
import { ERRORS } from '@patchbay/foundation';
import { freePort } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../admin/given.ts';
import { Browser, liveConnector, OAuthClient, type Owner } from '../oauth/given.ts';
import { begin, putIntoService, signedInAs, through } from './given.ts';
import { CLIENT_ID, CLIENT_SECRET, ssoFetch, TestIdentityProvider } from './test-identity-provider.ts';

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let acme: Owner;
let idp: TestIdentityProvider;
let people = 0;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin, { ssoFetch });
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 2 });
  superuser.on('error', () => {});
  acme = await installation.owner('acme');
  idp = await TestIdentityProvider.start('idp');
  await liveConnector(installation, acme, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
  await putIntoService(installation, acme, { slug: 'acme', provider: idp });
});
afterEach(() => {
  idp.faults = {};
});
afterAll(async () => {
  idp.close();
  await superuser.end();
  await installation.close();
});

const SETTINGS = '/organizations/acme/sign-in/identity-provider';
const subject = () => {
  people += 1;
  return `subject-${people}`;
};
const at = (browser: Browser, path: string) => installation.call('GET', path, { as: signedInAs(browser) });

/** A member who signed in for the first time. */
async function newcomer(claims: Readonly<Record<string, unknown>> = {}) {
  const browser = new Browser(origin);
  const seen = await through(browser, idp, { path: '/-/sso/acme', claims: { sub: subject(), ...claims } });
  return { browser, seen };
}

describe('a sign-in through an identity provider', () => {
  it('is offered by no organization that has none, and by none that does not exist', async () => {
    await installation.owner('without');
    for (const slug of ['without', 'nobody-here']) {
      const page = await new Browser(origin).send(`/-/sso/${slug}`);
      expect([page.status, page.text.includes('There is no sign-in of an organization')]).toEqual([404, true]);
    }
    const problem = await installation.call('GET', '/-/sso/without');
    expect(problem.body.code).toBe('sso.not_offered');
  });

  it('does not begin from another site, nor by a link alone', async () => {
    const browser = new Browser(origin);
    const page = await browser.send('/-/sso/acme');
    expect(page.text).toContain('Continue to idp.test.example');
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const body = new URLSearchParams({ formToken });
    const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    const sent = await browser.send(page.url, { method: 'POST', body, headers });
    expect([sent.status, sent.location]).toEqual([403, null]);
    const sameSite = { origin, 'sec-fetch-site': 'same-origin' };
    const forged = new URLSearchParams({ formToken: 'x' });
    expect((await browser.send(page.url, { method: 'POST', body: forged, headers: sameSite })).status).toBe(403);
  });

  it('is refused in another browser, with another state, a second time, and at the callback of another organization', async () => {
    const browser = new Browser(origin);
    const sent = await begin(browser, '/-/sso/acme');
    const back = idp.approve(sent.location ?? '', { sub: subject() });
    const elsewhere = await new Browser(origin).send(back);
    expect([elsewhere.status, elsewhere.text.includes('begun in another browser')]).toEqual([400, true]);
    const other = new URL(back);
    other.pathname = other.pathname.replace(acme.organizationId, 'org_00000000000000000000000000');
    expect((await new Browser(origin).send(other)).status).toBe(400);
    const mixed = new URL(back);
    mixed.searchParams.set('state', 'another');
    expect((await browser.send(mixed)).status).toBe(502);
    // The request was used up by the answer that did not fit.
    expect((await browser.send(back)).status).toBe(400);
    const problem = await installation.call('GET', `${new URL(back).pathname}?code=x&state=y`);
    expect(problem.body.code).toBe('sso.request_expired');
    expect(signedInAs(browser).cookie).toBe('=');
  });

  it.each([
    ['another issuer in the answer', { iss: 'https://evil.test.example' }],
    ['no issuer, which its metadata promises', { iss: null }],
    ['a token for another client', { claims: { aud: 'somebody-else' } }],
    ['a token of another sign-in', { claims: { nonce: 'another' } }],
    ['a token of another issuer', { claims: { iss: 'https://evil.test.example' } }],
    ['an expired token', { claims: { exp: Math.floor(Date.now() / 1000) - 3_600 } }],
    ['a token from the future', { claims: { nbf: Math.floor(Date.now() / 1000) + 3_600 } }],
    ['a token without signature', { alg: 'none' }],
    ['a token signed with a key that is not published', { foreignKey: true }],
    ['no exchange for its code', { tokenError: 'invalid_grant' }],
    ['another secret than ours', { tokenError: 'invalid_client' }],
  ])('is refused with a page when the provider answers with %s', async (_name, faults) => {
    idp.faults = faults;
    const { browser, seen } = await newcomer();
    expect([seen.status, seen.location]).toEqual([ERRORS['sso.answer_invalid'].status, null]);
    expect(seen.text).toContain(ERRORS['sso.answer_invalid'].title);
    expect(signedInAs(browser).cookie).toBe('=');
  });

  it('a refused sign-in names the clock, the client or the secret where that is the reason', async () => {
    idp.faults = { claims: { exp: 1 } };
    expect((await newcomer()).seen.text).toContain('clock');
    idp.faults = { claims: { aud: 'x' } };
    expect((await newcomer()).seen.text).toContain('client id');
    idp.faults = { tokenError: 'invalid_client' };
    expect((await newcomer()).seen.text).toContain('client secret');
  });

  it('a person who declines, and a provider that is away, get a page with what to do', async () => {
    const browser = new Browser(origin);
    const sent = await begin(browser, '/-/sso/acme');
    const declined = await browser.send(idp.refuse(sent.location ?? '', 'access_denied'));
    expect(declined.text).toContain(ERRORS['sso.declined'].title);
    expect([declined.status, declined.text.includes('access_denied: not today')]).toEqual([403, true]);
    const owner = await installation.owner('away');
    const other = await TestIdentityProvider.start('other');
    const body = { issuer: other.issuer, clientId: CLIENT_ID };
    await installation.call('PUT', '/organizations/away/sign-in/identity-provider', { as: owner, body });
    // Its metadata is known for ten minutes; its token endpoint is asked each time.
    const tester = new Browser(origin, owner);
    const leaving = await begin(tester, '/-/sso/away/test');
    const back = other.approve(leaving.location ?? '', { sub: 'x' });
    other.close();
    const away = await tester.send(back);
    expect([away.status, away.text.includes(ERRORS['sso.provider_unreachable'].title)]).toEqual([502, true]);
  });
});

describe('a person whom a provider signed in', () => {
  it('becomes a member of that organization, without an address that is not proved, and is the same person the next time', async () => {
    const sub = subject();
    const first = await newcomer({ sub, name: 'Ada  L.', email: 'ada@acme.example' });
    expect([first.seen.status, first.seen.location]).toEqual([303, '/dashboard']);
    const me = await at(first.browser, '/me');
    expect(me.body.organizations.map(({ slug }: { slug: string }) => slug)).toEqual(['acme']);
    expect(me.body.person.name).toBe('Ada L.');
    expect(me.body.person.email).toMatch(/^psn_\w+@no-address\.invalid$/);
    const again = await newcomer({ sub, name: 'Ada L.' });
    expect((await at(again.browser, '/me')).body.person.id).toBe(me.body.person.id);
    const { rows } = await superuser.query(
      `SELECT action FROM app.audit_events WHERE actor->>'personId' = $1 ORDER BY created_at`,
      [me.body.person.id],
    );
    expect(rows).toEqual([{ action: 'member.joined' }]);
  });

  it('a removed member stays removed, although the provider confirms them', async () => {
    const sub = subject();
    const { browser } = await newcomer({ sub });
    const { body } = await at(browser, '/me');
    const members = await installation.call('GET', '/organizations/acme/members', { as: acme });
    const { id } = members.body.items.find((one: { person: { id: string } }) => one.person.id === body.person.id);
    const removed = await installation.call('DELETE', `/organizations/acme/members/${id}`, { as: acme });
    expect(removed.body.ended.signIns).toBe(1);
    expect((await at(browser, '/me')).status).toBe(401);
    const { seen } = await newcomer({ sub });
    expect([seen.status, seen.text.includes(ERRORS['sso.not_a_member'].title)]).toEqual([403, true]);
  });

  it('continues to the page they wanted, and to no other site', async () => {
    const wanted = await through(new Browser(origin), idp, {
      path: '/-/sso/acme?next=%2Fdashboard%2Facme%2Fsettings%2Fmembers',
      claims: { sub: subject() },
    });
    expect(wanted.location).toBe('/dashboard/acme/settings/members');
    for (const next of ['//evil.example', 'https://evil.example/dashboard', '/dashboard/../../evil', '/-/oauthevil']) {
      const path = `/-/sso/acme?next=${encodeURIComponent(next)}`;
      const seen = await through(new Browser(origin), idp, { path, claims: { sub: subject() } });
      expect(new URL(seen.location ?? '', origin).pathname).toMatch(/^\/dashboard/);
      expect(new URL(seen.location ?? '', origin).origin).toBe(origin);
    }
  });

  it('connects a client of that organization as anyone else does', async () => {
    const { browser } = await newcomer();
    const client = await OAuthClient.register(origin, `${origin}/acme/weather/mcp`);
    const tokens = await client.connect(browser);
    const { rows } = await superuser.query('SELECT sign_in FROM app.grants ORDER BY created_at DESC LIMIT 1');
    expect(rows).toEqual([{ sign_in: 'identity_provider' }]);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });
});

describe('the settings of an identity provider', () => {
  it('are set by an owner and by no admin or key, and never show the secret', async () => {
    const admin = await installation.join(acme, 'admin', 'adam');
    const key = await installation.key(acme);
    const body = { issuer: idp.issuer, clientId: CLIENT_ID };
    for (const as of [admin, key]) {
      const refused = await installation.call('PUT', SETTINGS, { as, body });
      expect([refused.status, refused.body.code]).toEqual([403, 'admin.permission_missing']);
    }
    const shown = await installation.call('GET', '/organizations/acme/sign-in', { as: admin });
    expect(shown.body).toMatchObject({
      redirectUri: `${origin}/-/sso/${acme.organizationId}/callback`,
      identityProvider: { issuer: idp.issuer, hasSecret: true, state: 'active' },
    });
    const { rows } = await superuser.query('SELECT row_to_json(p)::text AS row FROM app.identity_providers p');
    const everything = shown.text + rows.map(({ row }) => row).join('');
    expect(everything).not.toContain(CLIENT_SECRET);
    expect(everything).not.toContain(Buffer.from(CLIENT_SECRET).toString('hex'));
  });

  it('refuse an issuer that cannot be used, with the reason', async () => {
    const saved = (issuer: string) =>
      installation.call('PUT', SETTINGS, { as: acme, body: { issuer, clientId: CLIENT_ID } });
    for (const issuer of ['http://idp.test.example', 'https://idp.test.example?x=1', 'idp', `${idp.issuer}/other`]) {
      const answer = await saved(issuer);
      expect([answer.status, answer.body.code]).toEqual([400, 'sso.issuer_unusable']);
    }
    for (const issuer of ['https://127.0.0.1', 'https://postgres', 'https://169.254.169.254', 'https://[::1]']) {
      expect((await saved(issuer)).body.detail).toMatch(/did not answer|does not call/);
    }
  });

  it('are tested before the provider is put into service, and again after another client is set', async () => {
    const owner = await installation.owner('draft');
    const path = '/organizations/draft/sign-in/identity-provider';
    const none = await installation.call('POST', `${path}/activate`, { as: owner });
    expect([none.status, none.body.code]).toEqual([404, 'sso.not_configured']);
    const body = { issuer: idp.issuer, clientId: CLIENT_ID, clientSecret: CLIENT_SECRET };
    await installation.call('PUT', path, { as: owner, body });
    const untested = await installation.call('POST', `${path}/activate`, { as: owner });
    expect([untested.status, untested.body.code]).toEqual([409, 'sso.not_tested']);
    const demanded = await installation.call('PATCH', path, { as: owner, body: { required: true } });
    expect(demanded.body.code).toBe('sso.sign_in_with_it_first');
    expect((await new Browser(origin).send('/-/sso/draft')).status).toBe(404);
    const stranger = await through(new Browser(origin, acme), idp, { path: '/-/sso/draft/test', claims: { sub: 't' } });
    expect(stranger.status).toBe(404);
    const tested = await through(new Browser(origin, owner), idp, {
      path: '/-/sso/draft/test',
      claims: { sub: 't', department: '<b>research</b>' },
    });
    expect(tested.text).toContain('&#60;b&#62;research&#60;/b&#62;');
    const offered = async () =>
      (await installation.call('GET', '/me', { as: owner })).body.organizations.map(
        ({ ownSignIn }: { ownSignIn: boolean }) => ownSignIn,
      );
    expect(await offered()).toEqual([false]);
    expect((await installation.call('POST', `${path}/activate`, { as: owner })).status).toBe(200);
    expect(await offered()).toEqual([true]);
    await installation.call('PUT', path, { as: owner, body: { ...body, clientId: 'another' } });
    const changed = await installation.call('GET', '/organizations/draft/sign-in', { as: owner });
    expect(changed.body.identityProvider).toMatchObject({ state: 'draft', testedAt: null, hasSecret: true });
  });
});
