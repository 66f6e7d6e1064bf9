/** Attacks on sign-in that need no password of the account: each must come to nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';

const JSON_TYPE = 'application/json';

let installation: Installation;
let victim: SignedIn;
let attacker: SignedIn;

beforeAll(async () => {
  installation = await Installation.start();
  victim = await installation.owner('victim');
  attacker = await installation.owner('attacker');
});
afterAll(() => installation.close());

let networks = 0;
/** A network that no other test has used. */
function newNetwork(): string {
  networks += 1;
  return `198.18.${networks}.1`;
}

function signIn(email: string, given: { password?: string; address: string; headers?: Record<string, string> }) {
  return installation.call('POST', '/api/auth/sign-in/email', {
    body: { email, password: given.password ?? 'not the password at all' },
    address: given.address,
    headers: given.headers ?? {},
  });
}

const cookieOf = ({ headers }: Answer) => String([headers['set-cookie']].flat()[0]).split(';', 1).join('');
const personOf = async (cookie: string) =>
  (await installation.people.identity.findSession({ cookie }))?.person.id ?? null;

describe('password spraying', () => {
  it('one password for many accounts is tried ten times from one network, and then refused for every account', async () => {
    const address = newNetwork();
    const answers = [];
    for (let account = 0; account < 12; account += 1) {
      answers.push(await signIn(`person-${account}@people.example`, { address }));
    }
    expect(answers.map(({ status }) => status)).toEqual([...Array(10).fill(401), 429, 429]);
    const right = await signIn(victim.email, { password: PASSWORD, address });
    expect([right.status, right.body.code]).toEqual([429, 'auth.too_many_attempts']);
  });

  it('one account is tried ten times from all new networks together, while its person signs in from a known one', async () => {
    const known = newNetwork();
    expect((await signIn(attacker.email, { password: PASSWORD, address: known })).status).toBe(200);
    const codes = [];
    for (let network = 0; network < 12; network += 1) {
      codes.push((await signIn(attacker.email, { address: newNetwork() })).body.code);
    }
    expect(codes.slice(-2)).toEqual(Array(2).fill('auth.too_many_account_attempts'));
    expect((await signIn(attacker.email, { password: PASSWORD, address: known })).status).toBe(200);
  });

  it('an unknown account is limited exactly as a known one', async () => {
    const statuses = [];
    for (let network = 0; network < 11; network += 1) {
      statuses.push((await signIn('unknown@people.example', { address: newNetwork() })).status);
    }
    expect(statuses).toEqual([...Array(10).fill(401), 429]);
  });
});

describe('user enumeration', () => {
  it('sign-up answers alike for a known and an unknown address, after a like time', async () => {
    const times: Record<string, number[]> = { known: [], unknown: [] };
    const answers = new Set<string>();
    for (let round = 0; round < 5; round += 1) {
      for (const [kind, email] of [
        ['known', victim.email],
        ['unknown', `fresh-${round}@people.example`],
      ] as const) {
        const started = performance.now();
        const answer = await installation.call('POST', '/api/auth/sign-up/email', {
          body: { email, password: PASSWORD, name: 'Somebody' },
          address: newNetwork(),
        });
        times[kind]?.push(performance.now() - started);
        answers.add(`${answer.status} ${Object.keys(answer.body)} ${Object.keys(answer.body.user)}`);
        expect(answer.headers['set-cookie']).toBeUndefined();
      }
    }
    expect(answers.size).toBe(1);
    // The fastest of each: hashing a password takes longer than everything else, and is done for both.
    const [known = 0, unknown = 0] = [times.known, times.unknown].map((all) => Math.min(...(all ?? [])));
    expect(known / unknown).toBeGreaterThan(0.2);
    expect(unknown / known).toBeGreaterThan(0.2);
  });
});

describe('session fixation and login CSRF', () => {
  it('a sign-in makes a session of its own, whatever session was planted in the browser before', async () => {
    const address = newNetwork();
    const headers = { cookie: attacker.cookie, origin: ORIGIN, 'sec-fetch-site': 'same-origin' };
    const answer = await signIn(victim.email, { password: PASSWORD, address, headers });
    expect(answer.status).toBe(200);
    const cookie = cookieOf(answer);
    expect(cookie).not.toBe(attacker.cookie);
    expect(await personOf(cookie)).toBe(victim.personId);
    // The planted one opens what it opened before, and nothing of the victim.
    expect(await personOf(attacker.cookie)).toBe(attacker.personId);
  });

  it('a session that this installation did not sign is none', async () => {
    const [name] = victim.cookie.split('=');
    const token = decodeURIComponent(victim.cookie.slice(`${name}=`.length))
      .split('.', 1)
      .join('');
    for (const value of [token, `${token}.`, `${token}.${'A'.repeat(43)}%3D`, 'chosen-by-the-attacker']) {
      expect(await personOf(`${name}=${value}`), value).toBeNull();
    }
  });

  it.each([
    ['a form of another site', { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }, JSON_TYPE],
    ['a form without an origin', { origin: 'null', 'sec-fetch-site': 'cross-site' }, JSON_TYPE],
    ['another port of this host', { origin: 'http://localhost:5000', 'sec-fetch-site': 'same-site' }, JSON_TYPE],
    ['an old browser of another site', { origin: 'https://evil.example' }, JSON_TYPE],
    ['a plain form', { origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, 'application/x-www-form-urlencoded'],
    ['a form of text', { origin: 'https://evil.example' }, 'text/plain'],
  ])('%s starts no session', async (_what, headers, type) => {
    const address = newNetwork();
    const paths = ['/sign-in/email', '/two-factor/verify-totp', '/passkey/verify-authentication', '/sign-up/email'];
    for (const path of paths) {
      const answer = await installation.call('POST', `/api/auth${path}`, {
        address,
        headers: { ...headers, 'content-type': type },
        payload: Buffer.from(JSON.stringify({ email: attacker.email, password: PASSWORD, code: '123456' })),
      });
      expect([path, [403, 415].includes(answer.status), answer.headers['set-cookie']]).toEqual([path, true, undefined]);
    }
  });
});
