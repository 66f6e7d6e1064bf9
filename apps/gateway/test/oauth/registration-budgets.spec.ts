/** How often strangers, hosted clients, pages, and networks in which people signed in may register. */
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { freePort } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, type SignedIn } from '../admin/given.ts';
import { Browser, claimsOf, LOOPBACK, liveConnector, OAuthClient, type Owner } from './given.ts';

const EACH = OAUTH_LIMITS.registrationsPerAddress.value;
const SIGNED_IN = OAUTH_LIMITS.registrationsPerSignedInAddress.value;
const HOSTED = OAUTH_LIMITS.registrationsPerClientRange.value;

let installation: Installation;
let origin: string;
let owner: Owner;
let member: SignedIn;

beforeAll(async () => {
  const port = await freePort();
  origin = `http://localhost:${port}`;
  installation = await Installation.start('open', origin);
  owner = await installation.owner('acme');
  member = await installation.join(owner, 'member', 'mia');
  await liveConnector(installation, owner, { slug: 'weather' });
  await installation.app.listen({ port, host: 'localhost' });
});
afterAll(() => installation.close());

/** A registration from an address. */
async function send(address: string, headers: Record<string, string> = {}) {
  const answer = await installation.app.inject({
    method: 'POST',
    url: '/register',
    remoteAddress: address,
    headers: { host: new URL(origin).host, 'content-type': 'application/json', ...headers },
    payload: JSON.stringify({ redirect_uris: [LOOPBACK], token_endpoint_auth_method: 'none' }),
  });
  return { status: answer.statusCode, body: answer.json(), retryAfter: Number(answer.headers['retry-after']) };
}

/** How many of this many registrations are taken. */
async function admitted(count: number, addressOf: (index: number) => string, headers: Record<string, string> = {}) {
  let taken = 0;
  for (let sent = 0; sent < count; sent += 50) {
    const batch = Array.from({ length: Math.min(50, count - sent) }, (_, index) => addressOf(sent + index));
    const answers = await Promise.all(batch.map((address) => send(address, headers)));
    taken += answers.filter(({ status }) => status === 201).length;
  }
  return taken;
}

describe('the registrations of one address', () => {
  it('beyond its budget are refused with the time to wait, and those of its neighbour are not', async () => {
    expect(await admitted(EACH, () => '203.0.113.9')).toBe(EACH);
    const { status, body, retryAfter } = await send('203.0.113.9');
    expect([status, body.error, body.code]).toEqual([429, 'temporarily_unavailable', 'oauth.too_many_requests']);
    expect(retryAfter).toBeGreaterThan(0);
    expect((await send('203.0.113.10')).status).toBe(201);
  });

  it('are counted together for all addresses of one IPv6 network', async () => {
    expect(await admitted(EACH + 5, (index) => `2001:db8:1:2::${index + 1}`)).toBe(EACH);
    expect((await send('2001:db8:1:3::1')).status).toBe(201);
  });

  it('by a page through its visitors take nothing from the programs of the visitors', async () => {
    const page = { 'sec-fetch-site': 'cross-site' };
    expect(await admitted(EACH + 1, () => '203.0.113.11', page)).toBe(EACH);
    expect(await admitted(EACH, () => '203.0.113.11')).toBe(EACH);
  });

  it('in the range of a hosted client are counted together, by the budget of that range', async () => {
    expect(await admitted(HOSTED + 10, (index) => `160.79.${104 + (index % 8)}.${index % 250}`)).toBe(HOSTED);
    expect((await send('160.79.112.1')).status).toBe(201);
  }, 60_000);
});

describe('five thousand registrations', () => {
  it('from a hundred addresses keep no newcomer out, nor a person who connected from one of those addresses before', async () => {
    const weather = `${origin}/acme/weather/mcp`;
    const known = await OAuthClient.register(origin, weather);
    await known.connect(new Browser(origin, member));
    const waiting = await OAuthClient.register(origin, weather);
    // The address of the person is among the hundred.
    const sources = ['127.0.0.1', ...Array.from({ length: 99 }, (_, index) => `198.51.100.${index + 1}`)];
    await admitted(5_000, (index) => sources[index % 100] ?? '');
    expect((await send('198.51.100.7')).status).toBe(429);
    expect((await send('192.0.2.77')).status).toBe(201);
    expect((await send('127.0.0.1')).status).toBe(201);
    // From registration to a token.
    const { access_token } = await waiting.connect(new Browser(origin, member));
    expect(claimsOf(access_token).sub).toBe(member.personId);
    // Theirs has an end too.
    expect(await admitted(SIGNED_IN + EACH, () => '127.0.0.1')).toBeLessThan(SIGNED_IN);
    expect((await send('127.0.0.1')).status).toBe(429);
  }, 120_000);
});
