/** Connecting accounts at providers, from the page to the stored connection, and the attacks on it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from '../admin/given.ts';
import type { Owner } from '../oauth/given.ts';
import { Upstream } from './upstream.ts';

const HTML = { accept: 'text/html' };
const upstream = new Upstream();
let installation: Installation;
let owner: Owner;
let anna: SignedIn;
let bob: SignedIn;

const definition = (id: string, kind: 'oauth2' | 'api_key', changes: object = {}) => ({
  kind,
  id,
  name: id.slice('own-'.length),
  credentialHosts: ['api.tracker.example'],
  account: { request: { method: 'GET', url: 'https://api.tracker.example/me' }, id: ['/id'], label: '/label' },
  ...(kind === 'oauth2'
    ? {
        endpoints: {
          authorization: 'https://auth.tracker.example/authorize',
          token: 'https://auth.tracker.example/token',
          revocation: 'https://auth.tracker.example/revoke',
        },
        scopes: [{ name: 'read', effect: 'read', means: 'Read tickets' }],
      }
    : { label: 'Tracker key', placement: { in: 'header', name: 'x-key', prefix: '' } }),
  ...changes,
});

beforeAll(async () => {
  installation = await Installation.start('open', undefined, { upstreamFetch: upstream.fetch });
  owner = await installation.owner('acme');
  anna = await installation.join(owner, 'member', 'anna');
  bob = await installation.join(owner, 'member', 'bob');
  for (const [id, kind] of [
    ['own-tracker', 'oauth2'],
    ['own-other', 'oauth2'],
    ['own-keys', 'api_key'],
  ] as const) {
    const client =
      kind === 'oauth2' ? { clientId: 'client', clientSecret: 'planted-client-secret', scopes: ['read'] } : {};
    const body = { definition: definition(id, kind), ...client };
    const saved = await installation.call('PUT', `/organizations/acme/providers/${id}`, { as: owner, body });
    expect(saved.status).toBe(200);
  }
});
afterAll(() => installation.close());

const page = (as: SignedIn, provider: string, query = '') =>
  installation.call('GET', `/-/connections/acme?provider=${provider}${query}`, { as, headers: HTML });

async function submit(as: SignedIn, provider: string, fields: Record<string, string>, query = '') {
  const formToken = /name="formToken" value="([^"]+)"/.exec((await page(as, provider, query)).text)?.[1] ?? '';
  return post(as, provider, { formToken, ...fields }, query);
}

const post = (as: SignedIn, provider: string, fields: Record<string, string>, query = '') =>
  installation.call('POST', `/-/connections/acme/${provider}?provider=${provider}${query}`, {
    as,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: Buffer.from(new URLSearchParams(fields).toString()),
  });

const leave = async (as: SignedIn, provider = 'own-tracker') =>
  String((await submit(as, provider, { action: 'oauth' })).headers.location);
const comeBack = (as: SignedIn, path: string) => installation.call('GET', path, { as });
const connectionsOf = async (as: SignedIn, whose = 'mine') =>
  (await installation.call('GET', `/organizations/acme/connections?whose=${whose}`, { as })).body.items;

async function expectNothingOf(as: SignedIn, provider: string) {
  const found = await connectionsOf(as);
  expect(found.filter((one: { provider: string }) => one.provider === provider)).toEqual([]);
}

describe('attacks on connecting', () => {
  it('another person cannot finish what a person began, and the attempt stays open for who began', async () => {
    const back = upstream.consent(await leave(anna, 'own-other'), 'mallory');
    expect((await comeBack(bob, back)).body.code).toBe('connections.request_expired');
    expect((await comeBack({ ...anna, cookie: '' }, back)).status).toBe(400);
    await expectNothingOf(bob, 'own-other');
    await expectNothingOf(anna, 'own-other');
    // The same person in another browser did not begin it either.
    expect((await comeBack(await installation.signIn(anna.email), back)).status).toBe(400);
  });

  it('who left, or may no longer connect for the organization, connects nothing while the provider’s page is open', async () => {
    const definitionOf = definition('own-shared', 'oauth2');
    const body = {
      definition: definitionOf,
      clientId: 'client',
      clientSecret: 'c'.repeat(20),
      allows: ['organization', 'person'],
    };
    await installation.call('PUT', '/organizations/acme/providers/own-shared', { as: owner, body });
    const begin = async (as: SignedIn, query: string) =>
      String((await submit(as, 'own-shared', { action: 'oauth' }, query)).headers.location);
    const memberOf = async ({ personId }: SignedIn) => {
      const members = (await installation.call('GET', '/organizations/acme/members', { as: owner })).body.items;
      return `/organizations/acme/members/${members.find(({ person }: { person: { id: string } }) => person.id === personId).id}`;
    };
    const [carl, dina] = [
      await installation.join(owner, 'member', 'carl'),
      await installation.join(owner, 'admin', 'dina'),
    ];
    const [left, demoted] = [await begin(carl, ''), await begin(dina, '&owner=organization')];
    expect((await installation.call('DELETE', await memberOf(carl), { as: owner })).status).toBe(200);
    const role = { as: owner, body: { role: 'member' } };
    expect((await installation.call('PATCH', await memberOf(dina), role)).status).toBe(200);
    const before = upstream.seen.length;
    expect((await comeBack(carl, upstream.consent(left, 'carl'))).body.code).toBe('connections.request_expired');
    expect((await comeBack(dina, upstream.consent(demoted, 'dina'))).body.code).toBe('connections.not_permitted');
    expect(upstream.seen.length).toBe(before);
    const all = await connectionsOf(owner, 'all');
    expect(all.filter((one: { provider: string }) => one.provider === 'own-shared')).toEqual([]);
  });

  it('a state counts once, a made-up one never, and none at another provider', async () => {
    const tokens = upstream.seen.filter(({ url }) => url.endsWith('/token')).length;
    const fixed = upstream.consent((await leave(bob)).replace(/state=[^&]+/, 'state=chosen'), 'mallory');
    expect((await comeBack(bob, fixed)).status).toBe(400);
    const mixed = upstream.consent(await leave(bob), 'mallory').replace('own-tracker', 'own-other');
    expect((await comeBack(bob, mixed)).status).toBe(400);
    // Nothing was sent to any token endpoint for them.
    expect(upstream.seen.filter(({ url }) => url.endsWith('/token')).length).toBe(tokens);
    const back = upstream.consent(await leave(bob), 'bob');
    expect((await comeBack(bob, back)).status).toBe(303);
    expect((await comeBack(bob, back)).body.code).toBe('connections.request_expired');
    expect(await connectionsOf(bob)).toHaveLength(1);
  });

  it('an answer that names another issuer is refused before its code is sent anywhere', async () => {
    const back = upstream.consent(await leave(anna, 'own-other'), 'mallory');
    const before = upstream.seen.length;
    const answer = await comeBack(anna, `${back}&iss=https%3A%2F%2Fevil.example`);
    expect(answer.body.code).toBe('connections.answer_invalid');
    expect(upstream.seen.length).toBe(before);
  });

  it('only the form of the same sign-in begins: no other site, no link, no token of another person', async () => {
    const theirs = /name="formToken" value="([^"]+)"/.exec((await page(bob, 'own-tracker')).text)?.[1] ?? '';
    expect((await post(anna, 'own-tracker', { action: 'oauth', formToken: theirs })).status).toBe(403);
    expect((await post(anna, 'own-tracker', { action: 'oauth' })).status).toBe(403);
    expect((await page(anna, 'own-tracker', '&action=oauth')).status).toBe(200);
    const signedOut = await installation.call('GET', '/-/connections/acme?provider=own-tracker', { headers: HTML });
    expect(signedOut.headers.location).toContain('/dashboard/sign-in?next=');
  });

  it.each([
    'https://127.0.0.1/token',
    'https://localhost/token',
    'http://auth.tracker.example/token',
    'https://a.example:22/t',
  ])('an owner cannot enter %s as an endpoint', async (token) => {
    const endpoints = { authorization: 'https://auth.tracker.example/authorize', token };
    const body = { definition: definition('own-inside', 'oauth2', { endpoints }), clientId: 'c' };
    const saved = await installation.call('PUT', '/organizations/acme/providers/own-inside', { as: owner, body });
    expect([saved.status, saved.body.code]).toEqual([400, 'connections.provider_refused']);
  });

  it('an own provider imitates none of the catalogue, and only owners and admins enter one', async () => {
    const imitation = definition('own-git', 'api_key', { name: 'GitHub token' });
    const path = '/organizations/acme/providers/own-git';
    const refused = await installation.call('PUT', path, { as: owner, body: { definition: imitation } });
    expect(refused.body.code).toBe('connections.provider_refused');
    const body = { definition: definition('own-git', 'api_key') };
    expect((await installation.call('PUT', path, { as: anna, body })).status).toBe(403);
    const unknown = await installation.call('PUT', '/organizations/acme/providers/nothing', { as: owner, body: {} });
    expect(unknown.body.code).toBe('connections.provider_unknown');
  });

  it('a key of another provider or of this platform is sent nowhere', async () => {
    const before = upstream.seen.length;
    for (const [key, words] of [
      [`ghp_${'a'.repeat(36)}`, 'It is a key of GitHub'],
      [`pbk_mcp_${'a'.repeat(36)}`, 'It is a key of this platform'],
    ] as const) {
      const answer = await submit(anna, 'own-keys', { action: 'key', key });
      expect([answer.body.code, answer.body.detail]).toEqual([
        'connections.key_refused',
        expect.stringContaining(words),
      ]);
      expect(answer.text).not.toContain(key);
    }
    expect(upstream.seen.length).toBe(before);
    expect((await submit(anna, 'own-keys', { action: 'key', key: 'trk_wrong' })).text).toContain('refused it');
    await expectNothingOf(anna, 'own-keys');
  });

  it('a provider without a registered application, and the organization’s account for a member, are refused', async () => {
    const begun = await submit(anna, 'linear', { action: 'oauth' });
    expect(begun.body.code).toBe('connections.not_registered');
    expect((await page(anna, 'own-tracker', '&owner=organization')).text).toContain('does not permit');
    expect((await page(anna, 'nothing')).status).toBe(404);
  });
});

describe('connecting an account', () => {
  it('a person connects through OAuth; another account is another connection, the same one is renewed', async () => {
    const shown = await page(anna, 'own-tracker');
    expect(shown.text).toContain('Connect at auth.tracker.example');
    expect(shown.text).toContain('Read tickets');
    expect(shown.headers['content-security-policy']).toContain("form-action 'self' https://auth.tracker.example");
    const connect = async (account: string) => comeBack(anna, upstream.consent(await leave(anna), account));
    expect((await connect('anna')).headers.location).toContain('saved=yes');
    await connect('anna');
    await connect('anna-at-work');
    const found = await connectionsOf(anna);
    expect(found).toMatchObject([
      { account: 'anna-at-work@tracker.example', isDefault: false, status: 'active' },
      { account: 'anna@tracker.example', isDefault: true, scopes: ['read'], connectorIds: [] },
    ]);
    expect(JSON.stringify(found)).not.toContain('planted');
    // Another member has their own, and sees none of these.
    expect((await connectionsOf(bob)).map((one: { account: string }) => one.account)).not.toContain(
      'anna@tracker.example',
    );
    expect(await connectionsOf(owner, 'all')).toHaveLength(found.length + 1);
  });

  it('a page that names nothing shows what is connected, and how to name a provider where nothing is', async () => {
    const all = (as: SignedIn) => installation.call('GET', '/-/connections/acme', { as, headers: HTML });
    expect((await all(bob)).text).toContain('<h2>tracker');
    const eve = await installation.join(owner, 'member', 'eve');
    expect((await all(eve)).text).toContain('You have connected no account');
    // The part of a customer's host that all customers share, since the form asks for the other one.
    expect((await page(eve, 'zendesk')).text).toContain('your host at <strong>zendesk.com</strong>');
  });

  it('a key is tested at its provider before it is stored', async () => {
    const done = await submit(anna, 'own-keys', { action: 'key', key: upstream.issueKey('anna') });
    expect(done.status).toBe(303);
    const [found] = (await connectionsOf(anna)).filter((one: { provider: string }) => one.provider === 'own-keys');
    expect(found).toMatchObject({ kind: 'api_key', account: 'anna@tracker.example', expiresAt: null });
  });

  it('a disconnected account is revoked at its provider; no other member disconnects or chooses it', async () => {
    const [newest, first] = (await connectionsOf(anna)).filter(
      (one: { provider: string }) => one.provider === 'own-tracker',
    );
    const path = (id: string) => `/organizations/acme/connections/${id}`;
    const refused = await installation.call('DELETE', path(first.id), { as: bob });
    expect([refused.status, refused.body.code]).toEqual([404, 'connections.not_found']);
    expect((await installation.call('POST', `${path(newest.id)}/default`, { as: bob })).status).toBe(404);
    expect((await installation.call('POST', `${path(newest.id)}/default`, { as: anna })).status).toBe(204);
    const ended = await installation.call('DELETE', path(first.id), { as: anna });
    expect(ended.body).toEqual({ id: first.id, revokedUpstream: true });
    expect(upstream.revoked.at(-1)).toContain('planted-');
    const chosen = (await connectionsOf(anna)).filter((one: { isDefault: boolean }) => one.isDefault);
    expect(chosen.map((one: { id: string }) => one.id)).toContain(newest.id);
  });

  it('removing a provider ends every connection at it', async () => {
    const deleted = await installation.call('DELETE', '/organizations/acme/providers/own-tracker', { as: owner });
    expect(deleted.status).toBe(204);
    const left = await connectionsOf(owner, 'all');
    expect(left.map((one: { provider: string }) => one.provider)).toEqual(['own-keys']);
  });
});
