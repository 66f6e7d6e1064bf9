import { Secret } from '@patchbay/foundation';
import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { SandboxCalls } from '../src/credentials/sandbox-calls.ts';
import { givenCall, givenGrant, givenProvider, HOST, TOKEN } from './given-grant.ts';
import { OTHER_SHOP, SHOP, withEgressProxy } from './with-egress-proxy.ts';

const here = withEgressProxy();
beforeEach(async () => {
  await here.start();
  here.calls.assign([givenProvider()]);
});

const entered = (changes: Partial<CredentialGrant> = {}, call = givenCall()) => {
  const { connections, leave } = here.calls.enter(call, [givenGrant(changes)]);
  const reference = connections[0]?.reference ?? '';
  return { reference, headers: { 'patchbay-credential': reference }, leave };
};
const refused = { status: 403, body: expect.stringContaining('egress.credential_refused') };
const own = { status: 403, body: expect.stringContaining('egress.own_credential') };

describe('a credential', () => {
  it('puts a credential into the request and removes its reference', async () => {
    await here.ask(here.at('/'), entered().headers);
    expect(here.seen[0]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
    expect(JSON.stringify(here.seen[0]?.headers)).not.toContain('cref_');
  });

  it('the reference to a credential has 128 random bits, different each time', () => {
    const [one, two] = [entered(), entered()].map(({ reference }) => reference);
    expect(Buffer.from(String(one).slice(5), 'base64url').byteLength).toBe(16);
    expect(one).not.toBe(two);
  });

  it('refuses a credential for a reference that is revoked, invented, or another sandbox’s', async () => {
    const { reference, leave } = entered();
    leave();
    const [foreign] = new SandboxCalls().enter(givenCall(), [givenGrant()]).connections;
    for (const one of [reference, 'cref_AAAAAAAAAAAAAAAAAAAAAA', foreign?.reference ?? '']) {
      expect(await here.ask(here.at('/'), { 'patchbay-credential': one })).toMatchObject(refused);
    }
    expect(here.seen).toEqual([]);
  });

  it.each([
    ['its provider is none of this connector’s', { provider: 'other' }],
    ['the organization’s policy does not list the host', { organizationHosts: ['other.example'] }],
    ['the connection was made for another host', { connectionHost: 'mine.example' }],
  ])('refuses a request with a credential where %s', async (_what, changes) => {
    expect(await here.ask(here.at('/'), entered(changes).headers)).toMatchObject(refused);
    expect(here.seen).toEqual([]);
  });

  it('refuses a request with a credential to a declared host that is not the provider’s, and to an undeclared one', async () => {
    await here.stop();
    const rules = () => [HOST, 'collector.example'].map((host) => ({ host, port: here.port }));
    await here.start({ rules, trustedHosts: new Set([HOST, 'collector.example']) });
    here.calls.assign([givenProvider()]);
    const { headers } = entered();
    expect(await here.ask(here.at('/', 'collector.example'), headers)).toMatchObject(refused);
    expect(await here.ask('https://undeclared.example/', headers)).toMatchObject({
      status: 403,
      body: expect.stringContaining('host_not_declared'),
    });
    expect(here.seen).toEqual([]);
  });

  it('sends a credential to the customer’s host it was linked for, and to none that another customer rents', async () => {
    const { headers } = entered({ connectionHost: SHOP });
    expect(await here.ask(here.at('/', OTHER_SHOP), headers)).toMatchObject(refused);
    expect(await here.ask(here.at('/', SHOP), entered().headers)).toMatchObject(refused);
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
    expect(await here.ask(here.at(path), entered().headers)).toMatchObject(refused);
  });

  it('never sends a credential over http, or with another Host', async () => {
    expect(await here.ask(`http://${HOST}:${here.port}/`, entered().headers)).toMatchObject(refused);
    expect(await here.ask(here.at('/'), { ...entered().headers, host: 'collector.example' })).toMatchObject({
      status: 400,
    });
    expect(here.seen).toEqual([]);
  });

  it('refuses a provider’s host without a credential, unless the manifest declares anonymous access', async () => {
    expect(await here.ask(here.at('/'))).toMatchObject(refused);
    await here.stop();
    await here.start({ rules: () => [{ host: HOST, port: here.port, anonymous: true }] });
    here.calls.assign([givenProvider()]);
    expect(await here.ask(here.at('/'))).toMatchObject({ status: 200 });
    expect(await here.ask(here.at('/'), { authorization: 'Bearer own' })).toMatchObject(own);
    expect(here.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  it.each(['/echo', '/echo-gzip'])('replaces a credential with [credential] in the answer of %s', async (path) => {
    const answered = await here.ask(here.at(path), entered().headers);
    expect(answered.status).toBe(200);
    expect(answered.body).toContain('[credential]');
    for (const form of [TOKEN, encodeURIComponent(TOKEN), Buffer.from(`Bearer ${TOKEN}`).toString('base64')]) {
      expect(answered.body + JSON.stringify(answered.headers)).not.toContain(form);
    }
    if (path === '/echo') expect(answered.headers['x-echo']).toBe('[credential]');
  });

  it('an answer to a credential opens no session for the connector', async () => {
    expect((await here.ask(here.at('/echo'), entered().headers)).headers['set-cookie']).toBeUndefined();
  });

  it('the upstream of the test does receive the credential that its answers must not show', async () => {
    await here.ask(here.at('/echo'), entered().headers);
    expect(here.seen[0]?.headers.authorization).toContain(TOKEN);
  });
});

describe('the place of a credential', () => {
  it.each(['/echo', '/echo?page=2', '/echo-gzip'])(
    'puts a credential into the query behind the connector’s own of %s, and hides it in the answer',
    async (path) => {
      const { headers } = entered({ placement: { in: 'query', name: 'api_key' } });
      const answered = await here.ask(here.at(path), headers);
      const separator = path.includes('?') ? '&' : '?';
      expect(here.seen[0]?.url).toBe(`${path}${separator}api_key=${encodeURIComponent(TOKEN)}`);
      expect(answered.body).toContain('[credential]');
      for (const form of [TOKEN, encodeURIComponent(TOKEN)])
        expect(answered.body + JSON.stringify(answered.headers)).not.toContain(form);
    },
  );

  it.each([
    ['password', `ada@example.com:${TOKEN}`, 'ada@example.com'],
    ['user', `${TOKEN}:x`, null],
  ] as const)(
    'puts a credential whose secret is the %s into Basic, and hides it alone',
    async (secretPart, value, kept) => {
      const { headers } = entered({ placement: { in: 'basic', secretPart }, secret: new Secret(value) });
      const answered = await here.ask(here.at('/echo'), headers);
      const text = `Basic ${Buffer.from(value).toString('base64')}`;
      expect(here.seen[0]?.headers.authorization).toBe(text);
      for (const form of [TOKEN, text.slice(6)]) expect(answered.body).not.toContain(form);
      expect(answered.body).toContain('[credential]');
      if (kept) {
        const { headers: again } = entered({ placement: { in: 'basic', secretPart }, secret: new Secret(value) });
        const named = await here.ask(here.at(`/echo?user=${kept}`), again);
        expect(named.body).toContain(kept);
      }
    },
  );

  it('puts a credential into a header of the provider’s own', async () => {
    await here.ask(here.at('/'), entered({ placement: { in: 'header', name: 'X-Api-Key', prefix: '' } }).headers);
    expect(here.seen[0]?.headers).toMatchObject({ 'x-api-key': TOKEN });
    expect(here.seen[0]?.headers.authorization).toBeUndefined();
  });
});

describe('a credential of the connector’s own', () => {
  it.each([
    ['header', { authorization: 'Bearer own' }, '/', ''],
    ['cookie', { cookie: 'session=own' }, '/', ''],
    ['header of the provider', { 'private-token': 'own' }, '/', ''],
    ['Basic header', { authorization: `Basic ${Buffer.from('own:own').toString('base64')}` }, '/', ''],
    ['parameter', {}, '/?page=2&Api_Key=own', ''],
    ['JSON body', { 'content-type': 'application/json' }, '/', '{"text":"x","token":"own"}'],
    ['JSON body with an escaped name', { 'content-type': 'application/json' }, '/', '{"t\\u006fken":"own"}'],
    ['form', { 'content-type': 'application/x-www-form-urlencoded' }, '/', 'text=x&token=own'],
    ['body without a type', {}, '/', 'token=own'],
    [
      'multipart body',
      { 'content-type': 'multipart/form-data; boundary=b' },
      '/',
      '--b\r\nContent-Disposition: form-data; name="token"\r\n\r\nown\r\n--b--\r\n',
    ],
    ['encoded body', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, '/', 'x'],
    ['body too long to be read', { 'content-type': 'application/json' }, '/', `{"text":"${'x'.repeat(1024 * 1024)}"}`],
  ])(
    'refuses a request with one in its %s, with the caller’s reference or without, and logs it',
    async (_where, headers, path, body) => {
      for (const reference of [{}, entered().headers]) {
        expect(await here.ask(here.at(path), { ...headers, ...reference }, 'POST', body)).toMatchObject(
          'patchbay-credential' in reference || _where !== 'body' ? { status: 403 } : own,
        );
      }
      expect(here.seen).toEqual([]);
      expect(here.refusals.at(-1)).toContain('egress.own_credential');
      expect(here.refusals.join()).not.toContain('=own');
    },
  );

  it.each([
    ['a bearer', (reference: string) => `Bearer ${reference}`],
    ['a token without scheme', (reference: string) => reference],
    ['a password', (reference: string) => `Basic ${Buffer.from(`x:${reference}`).toString('base64')}`],
  ])('takes the call’s reference as %s for the credential that it represents', async (_form, write) => {
    await here.ask(here.at('/'), { authorization: write(entered().reference) });
    expect(here.seen[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
  });

  it('sends parameters and fields that no provider takes credentials in unchanged', async () => {
    const body = JSON.stringify({ key: 'k', sig: 's', nested: { token: 't' } });
    const headers = { ...entered().headers, 'content-type': 'application/json' };
    await here.ask(here.at('/?key=k&sig=s&token=t&password=p'), headers, 'POST', body);
    expect(here.seen[0]).toMatchObject({ url: '/?key=k&sig=s&token=t&password=p', body });
  });

  it('passes on what goes to a host of no provider, such as the connector’s own service', async () => {
    here.calls.assign([]);
    await here.ask(here.at('/?api_key=own'), { authorization: 'Bearer own' });
    expect(here.seen[0]).toMatchObject({ url: '/?api_key=own', headers: { authorization: 'Bearer own' } });
  });
});

describe('a credential that its provider refuses', () => {
  const fresh = (revision: number) => givenGrant({ secret: new Secret(`fresh-value-${revision}`), revision });

  it('is refreshed once for requests in parallel, and each of them is repeated once', async () => {
    const asked: number[] = [];
    const call = givenCall({
      async refresh({ revision }) {
        asked.push(revision);
        return fresh(revision + 1);
      },
    });
    const { headers } = entered({}, call);
    const answers = await Promise.all([1, 2, 3].map(() => here.ask(here.at('/stale'), headers)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toEqual([1]);
    expect(here.seen.at(-1)?.headers.authorization).toBe('Bearer fresh-value-2');
  });

  it('repeats no request that is not idempotent, and uses the new value for the next one', async () => {
    const { headers } = entered({}, givenCall({ refresh: async () => fresh(2) }));
    expect(await here.ask(here.at('/stale'), headers, 'POST', 'text=x')).toMatchObject({ status: 401 });
    expect(await here.ask(here.at('/stale'), headers, 'POST', 'text=x')).toMatchObject({ status: 200 });
    expect(here.seen).toHaveLength(2);
  });

  it('repeats an idempotent request with its body', async () => {
    const { headers } = entered({}, givenCall({ refresh: async () => fresh(2) }));
    await here.ask(here.at('/stale'), { ...headers, 'content-length': '6' }, 'PUT', 'text=x');
    expect(here.seen.map(({ method, body }) => `${method} ${body}`)).toEqual(['PUT text=x', 'PUT text=x']);
  });

  it('answers the refusal where there is no new value, or none can be had', async () => {
    for (const refresh of [async () => null, () => Promise.reject(new Error('away'))]) {
      expect(await here.ask(here.at('/stale'), entered({}, givenCall({ refresh })).headers)).toMatchObject({
        status: 401,
      });
    }
  });
});
