/** Lock-outs by others' attempts: possible and impossible ones. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
const HOME = '192.0.2.10';

let installation: Installation;
let owner: SignedIn & { organizationId: string };
let addresses = 0;

/** An address that was not used here. */
function newAddress(): string {
  addresses += 1;
  return `198.51.${addresses >> 8}.${addresses & 255}`;
}

const pathOf = (url: unknown) => new URL(String(url)).pathname;

async function sendForm(path: string, form: Record<string, string>, address: string) {
  const page = await installation.call('GET', path, { address });
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const payload = Buffer.from(new URLSearchParams({ ...form, formToken }).toString());
  return installation.call('POST', path, { headers: FORM, payload, address });
}

const signIn = (email: string, password: string, address: string) =>
  installation.call('POST', '/api/auth/sign-in/email', { body: { email, password }, address });

async function invite(email: string): Promise<string> {
  const body = { email, role: 'member' };
  return pathOf((await installation.call('POST', '/organizations/acme/invitations', { as: owner, body })).body.url);
}

/** The answers to fourteen wrong passwords, each from another address. */
async function flood(email: string) {
  const answers = [];
  for (let count = 0; count < 14; count += 1) answers.push(await signIn(email, 'not the password', newAddress()));
  return answers;
}

describe('the setup page', () => {
  let fresh: Installation;
  beforeAll(async () => {
    fresh = await Installation.start('invite');
  });
  afterAll(() => fresh?.close());

  it('the setup page refuses an address that tries links without end, and admits the holder of the link', async () => {
    installation = fresh;
    const path = pathOf(await fresh.people.createSetupLink());
    const tries = [];
    for (let count = 0; count < 60; count += 1) {
      tries.push(await fresh.call('GET', `/-/setup/${String(count).padStart(43, 'x')}`, { address: HOME }));
    }
    expect(tries.map(({ status }) => status)).toEqual([...Array(30).fill(404), ...Array(30).fill(429)]);
    expect(tries.at(-1)?.body.code).toBe('auth.too_many_attempts');
    expect(Number(tries.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    const made = await sendForm(
      path,
      { name: 'Olga', email: 'olga@people.example', password: PASSWORD, organizationName: 'Acme', slug: 'acme' },
      HOME,
    );
    expect(made.status).toBe(303);
  });
});

describe('an installation under attack', () => {
  beforeAll(async () => {
    installation = await Installation.start('invite');
    owner = await installation.owner('acme');
    await signIn(owner.email, PASSWORD, HOME);
  });
  afterAll(() => installation?.close());

  it('limits the requests for one link, with a page for people, and leaves other links alone', async () => {
    const [path, other] = [await invite('ann@people.example'), await invite('ben@people.example')];
    for (let count = 0; count < 30; count += 1) {
      expect((await installation.call('GET', path, { address: newAddress() })).status).toBe(200);
    }
    const refused = await installation.call('GET', path, { address: newAddress() });
    expect([refused.status, refused.body.code]).toEqual([429, 'auth.too_many_link_attempts']);
    const page = await installation.call('GET', path, { headers: { accept: 'text/html' } });
    expect([page.status, page.text]).toEqual([429, expect.stringContaining('Too many attempts with this link.')]);
    expect(Number(page.headers['retry-after'])).toBeGreaterThan(0);
    expect((await installation.call('GET', other, { address: newAddress() })).status).toBe(200);
  });

  it('slows attempts on an account from new addresses, and not its owner’s from a known one', async () => {
    // Two of the ten attempts from new addresses were the owner's own first sign-ins.
    const answers = await flood(owner.email);
    expect(answers.map(({ status }) => status)).toEqual([...Array(8).fill(401), ...Array(6).fill(429)]);
    expect(answers.at(-1)?.body.code).toBe('auth.too_many_account_attempts');
    expect(Number(answers.at(-1)?.headers['retry-after'])).toBeGreaterThan(0);
    expect((await signIn(owner.email, PASSWORD, newAddress())).status).toBe(429);
    expect((await signIn(owner.email.toUpperCase(), PASSWORD, newAddress())).status).toBe(429);
    expect((await signIn(owner.email, PASSWORD, HOME)).status).toBe(200);
  });

  it('counts passwords tried at the page of an invitation as it counts those of a sign-in', async () => {
    const victim = await installation.owner('victim');
    await signIn(victim.email, PASSWORD, HOME);
    const path = await invite(victim.email);
    const guess = () => sendForm(path, { name: 'Eve', password: 'not the password' }, newAddress());
    for (let count = 0; count < 3; count += 1) expect((await guess()).status).toBe(400);
    // With the owner's own two first sign-ins, five of the ten are used up.
    const answers = await flood(victim.email);
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
    expect((await guess()).body.code).toBe('auth.too_many_account_attempts');
    expect((await signIn(victim.email, PASSWORD, HOME)).status).toBe(200);
  });

  it('limits all addresses of an IPv6 customer as one', async () => {
    const tries = [];
    for (let count = 0; count < 11; count += 1) {
      tries.push(await signIn(`nobody${count}@people.example`, 'wrong password', `2001:db8:1:2::${count}`));
    }
    expect(tries.at(-1)?.body.code).toBe('auth.too_many_attempts');
  });

  it('a sign-in gets the same answer after a like time for a known and an unknown account', async () => {
    const there = await installation.owner('there');
    const answerTo = async (email: string) => {
      const startedAt = performance.now();
      const answers = await flood(email);
      const shown = answers.map(({ status, body }) => [status, body.code, body.message, body.title, body.hint]);
      return { shown, ms: performance.now() - startedAt };
    };
    await signIn('missing@people.example', PASSWORD, newAddress()); // as the owner signed in once before
    const [known, unknown] = [await answerTo(there.email), await answerTo('missing@people.example')];
    expect(unknown.shown).toEqual(known.shown);
    // Each password is hashed, for every account: without that, an unknown account would answer tens of times faster.
    expect(unknown.ms).toBeGreaterThan(known.ms / 10);
    expect(known.ms).toBeGreaterThan(unknown.ms / 10);
  });
});
