import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { CredentialReferences } from '../src/credentials/credentials.ts';
import { givenGrant } from './given-grant.ts';
import { HOST, OTHER_SHOP, SHOP, TOKEN, withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();

describe('a credential', () => {
  beforeEach(() => here.start());

  const issued = (changes: Partial<CredentialGrant> = {}) => {
    const { connections, revoke } = here.references.issue([givenGrant(changes)]);
    return { headers: { 'patchbay-credential': connections[0]?.reference ?? '' }, revoke };
  };
  const refused = { status: 403, body: expect.stringContaining('egress.credential_refused') };

  it('puts a credential into the request and removes its reference', async () => {
    await here.ask(here.at('/'), issued().headers);
    expect(here.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
    expect(JSON.stringify(here.seen[0]?.headers)).not.toContain('cref_');
  });

  it('the reference to a credential has 128 random bits, different each time', () => {
    const [one, two] = [issued(), issued()].map(({ headers }) => headers['patchbay-credential']);
    expect(Buffer.from(String(one).slice(5), 'base64url').byteLength).toBe(16);
    expect(one).not.toBe(two);
  });

  it('refuses a credential for a reference that is revoked, invented, or another sandbox’s', async () => {
    const { headers, revoke } = issued();
    revoke();
    const foreign = new CredentialReferences().issue([givenGrant()]).connections[0]?.reference ?? '';
    for (const reference of [headers['patchbay-credential'], 'cref_AAAAAAAAAAAAAAAAAAAAAA', foreign]) {
      expect(await here.ask(here.at('/'), { 'patchbay-credential': reference })).toMatchObject(refused);
    }
    expect(here.seen).toEqual([]);
  });

  it.each([
    ['the provider does not list the host', { providerHosts: ['other.example'] }],
    ['the connection was made for another host', { connectionHost: 'mine.example' }],
    ['the organization’s policy does not list it', { organizationHosts: ['other.example'] }],
    ['only a wildcard covers it and no host was recorded', { providerHosts: ['*.upstream.example'] }],
  ])('refuses a request with a credential where %s', async (_what, changes) => {
    expect(await here.ask(here.at('/'), issued(changes).headers)).toMatchObject(refused);
    expect(here.seen).toEqual([]);
  });

  it('refuses a request with a credential to a host that the manifest does not declare', async () => {
    expect(await here.ask('https://collector.example/', issued().headers)).toMatchObject({
      status: 403,
      body: expect.stringContaining('host_not_declared'),
    });
  });

  it('sends a credential to the shop it was linked for and to no other shop of the same provider', async () => {
    const { headers } = issued({ providerHosts: ['*.wild.example'], connectionHost: SHOP });
    expect(await here.ask(here.at('/', OTHER_SHOP), headers)).toMatchObject(refused);
    expect(await here.ask(here.at('/', SHOP), headers)).toMatchObject({ status: 200 });
    expect(here.seen.map(({ headers: { host } }) => host)).toEqual([`${SHOP}:${here.port}`]);
  });

  it.each([
    '/oauth/token',
    '/OAuth/Token/',
    '/oauth%2Ftoken',
    '//oauth/./token',
    '/oauth/%74oken',
    '/oauth%252Ftoken',
    '/x/..%2foauth/token',
    '/oauth;x=1/token',
  ])('never sends a credential to a path that answers tokens, spelt %s', async (path) => {
    expect(await here.ask(here.at(path), issued().headers)).toMatchObject(refused);
  });

  it('never sends a credential over http', async () => {
    expect(await here.ask(`http://${HOST}:${here.port}/`, issued().headers)).toMatchObject(refused);
  });

  it('the credential is the only authority that reaches its host', async () => {
    const { headers } = issued();
    const own = {
      authorization: 'Bearer own',
      cookie: 'session=own',
      'x-api-key': 'own',
      'private-token': 'own',
      'x-auth-token': 'own',
    };
    await here.ask(here.at('/?api_key=own&access_token=own&page=2'), { ...own, ...headers });
    expect(here.seen[0]).toMatchObject({ url: '/?page=2', headers: { authorization: `Bearer ${TOKEN}` } });
    expect(JSON.stringify(here.seen[0])).not.toContain('own');
  });

  it('requires a credential for its host, unless the manifest declares anonymous access', async () => {
    issued().revoke();
    expect(await here.ask(here.at('/'), { authorization: 'Bearer own' })).toMatchObject(refused);
    await here.stop();
    await here.start({ rules: () => [{ host: HOST, port: here.port, anonymous: true }] });
    issued();
    await here.ask(here.at('/'), { authorization: 'Bearer own' });
    expect(here.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each(['/echo', '/echo-gzip'])('replaces a credential with [credential] in the answer of %s', async (path) => {
    const answered = await here.ask(here.at(path), issued().headers);
    expect(answered.status).toBe(200);
    expect(answered.body).toContain('[credential]');
    for (const form of [TOKEN, encodeURIComponent(TOKEN), Buffer.from(`Bearer ${TOKEN}`).toString('base64')]) {
      expect(answered.body + JSON.stringify(answered.headers)).not.toContain(form);
    }
    if (path === '/echo') expect(answered.headers['x-echo']).toBe('[credential]');
  });

  it('the upstream of the test does receive the credential that its answers must not show', async () => {
    await here.ask(here.at('/echo'), issued().headers);
    expect(here.seen[0]?.headers.authorization).toContain(TOKEN);
  });
});
