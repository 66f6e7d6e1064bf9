import { freePort, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, PASSWORD, type SignedIn } from '../admin/given.ts';
import { appCode, seedOf } from '../app-code.ts';
import { Browser, liveConnector, OAuthClient, type Owner } from './given.ts';

let installation: Installation;
let superuser: pg.Pool;
let origin: string;
let owner: Owner;
let admin: SignedIn;
let developer: SignedIn;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 1 });
  owner = await installation.owner('acme');
  admin = await installation.join(owner, 'admin', 'ada');
  developer = await installation.join(owner, 'developer', 'dev');
  for (const slug of ['factor', 'fresh', 'later', 'changed']) await liveConnector(installation, owner, { slug });
  await installation.app.listen({ port, host: 'localhost' });
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

const urlOf = (slug: string) => `${origin}/acme/${slug}/mcp`;
const patch = (slug: string, body: object, as: SignedIn | string = owner) =>
  installation.call('PATCH', `/organizations/acme/connectors/${slug}`, { as, body });
async function demand(slug: string, demands: object): Promise<void> {
  const { status, body } = await patch(slug, { demands });
  expect([status, body.demands]).toEqual([200, expect.objectContaining(demands)]);
}

/** A form of sign-in, as the dashboard sends it. */
async function send(browser: Browser, path: string, body: object) {
  const seen = await browser.send(`/api/auth${path}`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', origin, 'sec-fetch-site': 'same-origin' },
  });
  expect([path, seen.status]).toEqual([path, 200]);
  return JSON.parse(seen.text);
}

/** The changed connector reaches the authorization server a moment after the answer. */
async function visitUntil(browser: Browser, client: OAuthClient, isThere: (location: string) => boolean): Promise<URL> {
  let location = '';
  await waitFor(async () => {
    location = (await browser.visit(client.authorizeUrl())).location ?? '';
    return isThere(location);
  });
  return new URL(location, origin);
}

describe('a connector that demands a second factor', () => {
  it('an authorization request leads a person without a second factor to set one up, and back to consent', async () => {
    await demand('factor', { secondFactor: true });
    const person = await installation.join(owner, 'member', 'mia');
    const browser = new Browser(origin, person);
    const client = await OAuthClient.register(origin, urlOf('factor'));
    const page = await visitUntil(browser, client, (location) => location.includes('/second-factor'));
    expect(page.pathname).toBe('/dashboard/-/second-factor');
    const next = page.searchParams.get('next') ?? '';
    // Coming back without one leads to the same page again.
    expect((await browser.visit(next)).location).toContain('/dashboard/-/second-factor');
    const { totpURI } = await send(browser, '/two-factor/enable', { password: PASSWORD });
    await send(browser, '/two-factor/verify-totp', { code: appCode(seedOf(totpURI)) });
    const consent = await browser.visit(next);
    expect([consent.status, consent.text.includes('It may')]).toEqual([200, true]);
    const answered = await browser.answer(consent, 'allow');
    const code = new URL(answered.location ?? '').searchParams.get('code') ?? '';
    const { status, body } = await client.exchange(code);
    expect(status).toBe(200);
    expect((await client.refresh(body.refresh_token)).status).toBe(200);
  });

  it('a refresh token of a grant that was given before the demand is refused, and consent by a second factor is asked for', async () => {
    const person = await installation.join(owner, 'member', 'leo');
    const browser = new Browser(origin, person);
    const client = await OAuthClient.register(origin, urlOf('later'));
    const tokens = await client.connect(browser);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
    const again = await client.connect(browser);
    await demand('later', { secondFactor: true });
    await waitFor(async () => (await client.refresh(again.refresh_token)).status === 400);
    const page = await browser.visit(client.authorizeUrl());
    expect(page.location).toContain('/dashboard/-/second-factor');
  });
});

describe('a connector that demands a recent sign-in', () => {
  it('an authorization request by an older sign-in asks for a new one with the reason', async () => {
    await demand('fresh', { signInMinutes: 30 });
    const person = await installation.join(owner, 'member', 'fay');
    const browser = new Browser(origin, person);
    const client = await OAuthClient.register(origin, urlOf('fresh'));
    await superuser.query(
      `UPDATE identity.sessions SET created_at = now() - interval '31 minutes' WHERE person_id = $1`,
      [person.personId],
    );
    const page = await visitUntil(browser, client, (location) => location.includes('because='));
    expect([page.pathname, page.searchParams.get('because')]).toEqual(['/dashboard/sign-in', 'fresh_sign_in']);
    await send(browser, '/sign-in/email', { email: person.email, password: PASSWORD });
    const consent = await browser.visit(page.searchParams.get('next') ?? '');
    const answered = await browser.answer(consent, 'allow');
    const code = new URL(answered.location ?? '').searchParams.get('code') ?? '';
    const { body } = await client.exchange(code);
    expect((await client.refresh(body.refresh_token)).status).toBe(200);
    const again = await client.connect(browser);
    // The sign-in behind the grant becomes too old.
    await superuser.query(`UPDATE app.grants SET signed_in_at = now() - interval '31 minutes' WHERE person_id = $1`, [
      person.personId,
    ]);
    await waitFor(async () => (await client.refresh(again.refresh_token)).body.error === 'invalid_grant');
  });
});

describe('the demands of a connector', () => {
  it('a developer changes no demands, an admin lists no exempt key, and neither does a key', async () => {
    const refused = [
      await patch('changed', { demands: { secondFactor: true } }, developer),
      await patch('changed', { demands: { exemptKeys: [] } }, admin),
      await patch('changed', { demands: { exemptKeys: [] } }, await installation.key(owner)),
    ];
    expect(refused.map(({ status, body }) => [status, body.code])).toEqual(
      Array(3).fill([403, 'admin.permission_missing']),
    );
    expect((await patch('changed', { demands: { secondFactor: true } }, admin)).status).toBe(200);
    expect((await patch('changed', { demands: { secondFactor: false } })).status).toBe(200);
  });

  it('an exempt key has to be one of the organization, and the age of a sign-in has bounds', async () => {
    const stranger = await installation.owner('globex');
    await installation.key(stranger, { kind: 'mcp' });
    const { body } = await installation.call('GET', '/organizations/globex/api-keys', { as: stranger });
    const foreign = await patch('changed', { demands: { exemptKeys: [body.items[0].id] } });
    expect([foreign.status, foreign.body.code]).toEqual([404, 'api-keys.not_found']);
    for (const signInMinutes of [0, 4, 20_161, 7.5]) {
      expect((await patch('changed', { demands: { signInMinutes } })).body.code).toBe('admin.invalid_request');
    }
  });

  it('a public connector demands nothing, and one with demands is not made public', async () => {
    await patch('changed', { demands: { secondFactor: true } });
    const open = await patch('changed', { authMode: 'none', confirmOpen: 'changed' });
    expect([open.status, open.body.code]).toEqual([409, 'connectors.demands_need_sign_in']);
    const both = { authMode: 'none', confirmOpen: 'changed', demands: { secondFactor: false } };
    expect((await patch('changed', both)).status).toBe(200);
    const demanded = await patch('changed', { demands: { signInMinutes: 30 } });
    expect([demanded.status, demanded.body.code]).toEqual([409, 'connectors.demands_need_sign_in']);
    await patch('changed', { authMode: 'oauth' });
  });

  it('a change of demands is on record with what was before', async () => {
    await demand('changed', { secondFactor: false, signInMinutes: null });
    await demand('changed', { signInMinutes: 60 });
    const { body } = await installation.call('GET', '/organizations/acme/audit-events?limit=1', { as: owner });
    expect(body.items[0]).toMatchObject({
      action: 'connector.updated',
      before: { demands: { secondFactor: false, signInMinutes: null, exemptKeys: [] } },
      after: { demands: { secondFactor: false, signInMinutes: 60, exemptKeys: [] } },
    });
  });
});
