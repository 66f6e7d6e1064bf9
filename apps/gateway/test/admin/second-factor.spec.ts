/** Second factors, passkeys and sessions of people over HTTP, and every way around them. */
import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appCode, seedOf } from '../app-code.ts';
import { type Answer, Installation, ORIGIN, PASSWORD, type SignedIn } from './given.ts';

let installation: Installation;
let superuser: pg.Pool;
let networks = 0;

beforeAll(async () => {
  installation = await Installation.start();
  superuser = new pg.Pool({ connectionString: installation.superuserUrl, max: 1 });
});
afterAll(async () => {
  await superuser.end();
  await installation.close();
});

/** A browser in a network of its own: attempts are counted per network. */
class Person {
  readonly address: string;
  readonly email: string;
  readonly cookies = new Map<string, string>();
  seed: Buffer = Buffer.alloc(0);
  recoveryCodes: readonly string[] = [];

  constructor(email: string) {
    this.email = email;
    networks += 1;
    this.address = `203.0.113.${networks}`;
  }

  /** With an account, signed in. */
  static async signedUp(name: string): Promise<Person> {
    const person = new Person(`${name}@people.example`);
    await person.post('/sign-up/email', { email: person.email, password: PASSWORD, name });
    await person.signIn();
    return person;
  }

  /** With an authenticator app, signed in with it. The code of now is used up. */
  static async withApp(name: string): Promise<Person> {
    const person = await Person.signedUp(name);
    await person.enable();
    await person.post('/two-factor/verify-totp', { code: appCode(person.seed) });
    return person;
  }

  get cookie(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  get(path: string): Promise<Answer> {
    return this.#send('GET', path);
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.#send('POST', path, body);
  }

  async #send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
    const answer = await installation.call(method, `/api/auth${path}`, {
      body,
      address: this.address,
      headers: { origin: ORIGIN, 'sec-fetch-site': 'same-origin', cookie: this.cookie },
    });
    for (const line of [answer.headers['set-cookie'] ?? []].flat()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(String(line)) ?? [];
      if (value === '' || /Max-Age=0/.test(String(line))) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  signIn(password = PASSWORD): Promise<Answer> {
    return this.post('/sign-in/email', { email: this.email, password });
  }

  async enable(): Promise<Answer> {
    const answer = await this.post('/two-factor/enable', { password: PASSWORD });
    this.seed = seedOf(answer.body.totpURI);
    this.recoveryCodes = answer.body.backupCodes;
    return answer;
  }

  /** Status of the person's own record: whether the cookies open anything. */
  async me(): Promise<number> {
    return (await installation.call('GET', '/me', { as: this.signedIn() })).status;
  }

  signedIn(): SignedIn {
    return { personId: '', email: this.email, cookie: this.cookie };
  }

  async isProved(): Promise<boolean | undefined> {
    return (await installation.people.identity.findSession({ cookie: this.cookie }))?.session.secondFactor;
  }
}

describe('setting up an authenticator app', () => {
  it('an authenticator app is not set up without the password, without a session, or with a wrong code', async () => {
    const person = await Person.signedUp('set-up');
    const wrong = await person.post('/two-factor/enable', { password: 'not the password at all' });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'auth.password_wrong']);
    const stranger = new Person('unknown@people.example');
    expect((await stranger.post('/two-factor/enable', { password: PASSWORD })).body.code).toBe('auth.required');
    expect((await person.post('/two-factor/verify-totp', { code: '123456' })).body.code).toBe('auth.second_factor_off');
    await person.enable();
    const refused = await person.post('/two-factor/verify-totp', { code: appCode(person.seed, 9) });
    expect([refused.status, refused.body.code]).toEqual([400, 'auth.code_wrong']);
    // Until a code was right, nothing is asked for: an app that was never set up locks no account.
    const again = new Person(person.email);
    await again.signIn();
    expect(await again.me()).toBe(200);
  });

  it('a person with an authenticator app sets up no second one', async () => {
    const person = await Person.withApp('twice');
    const again = await person.post('/two-factor/enable', { password: PASSWORD });
    expect([again.status, again.body.code]).toEqual([409, 'auth.second_factor_on']);
  });

  it('a read of the database shows neither the seed of an authenticator app nor a recovery code', async () => {
    const person = await Person.withApp('read');
    const { rows } = await superuser.query(
      `SELECT t::text AS text, t.secret, t.backup_codes FROM identity.two_factors t
       JOIN identity.people p ON p.id = t.person_id WHERE p.email = $1`,
      [person.email],
    );
    expect(rows).toHaveLength(1);
    const stored = rows[0].text.toLowerCase();
    const secrets = [person.seed.toString('latin1'), ...person.recoveryCodes];
    for (const secret of secrets) {
      for (const encoding of ['latin1', 'hex', 'base64', 'base64url'] as const) {
        expect(stored).not.toContain(Buffer.from(secret, 'latin1').toString(encoding).toLowerCase());
      }
    }
    // Presented as they are stored, they are wrong codes.
    const thief = new Person(person.email);
    await thief.signIn();
    for (const code of [rows[0].secret.slice(0, 60), rows[0].backup_codes.slice(0, 60)]) {
      expect((await thief.post('/two-factor/verify-backup-code', { code })).body.code).toBe('auth.code_wrong');
    }
  });
});

describe('signing in with a second factor', () => {
  it('a right password opens nothing until the code of the second factor is right', async () => {
    const person = await Person.withApp('sign-in');
    const again = new Person(person.email);
    const half = await again.signIn();
    expect(half.body).toEqual({ twoFactorRedirect: true, twoFactorMethods: ['totp'] });
    expect(await again.me()).toBe(401);
    const wrong = await again.post('/two-factor/verify-totp', { code: appCode(person.seed, 9) });
    expect([wrong.status, wrong.body.code]).toEqual([400, 'auth.code_wrong']);
    expect(await again.me()).toBe(401);
    expect((await again.post('/two-factor/verify-totp', { code: appCode(person.seed, 1) })).status).toBe(200);
    expect([await again.me(), await again.isProved()]).toEqual([200, true]);
  });

  it('a wrong password is answered alike for an account with a second factor, without one, and for none', async () => {
    const person = await Person.withApp('alike');
    const plain = await Person.signedUp('plain');
    const answers = [];
    for (const email of [person.email, plain.email, 'unknown@people.example']) {
      answers.push(await new Person(email).signIn('not the password at all'));
    }
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers.every(({ headers }) => headers['set-cookie'] === undefined)).toBe(true);
  });

  it('a code of an authenticator app is good once: a person who has read it along finds it used', async () => {
    const person = await Person.withApp('once');
    const thief = new Person(person.email);
    await thief.signIn();
    const code = appCode(person.seed, 1);
    expect((await person.post('/two-factor/verify-totp', { code })).status).toBe(200);
    const used = await thief.post('/two-factor/verify-totp', { code });
    expect([used.status, used.body.code]).toEqual([409, 'auth.code_used']);
    expect(await thief.me()).toBe(401);
  });

  it('a recovery code signs in once, and not at all after a new set was made', async () => {
    const person = await Person.withApp('recovery');
    const [first = '', second = ''] = person.recoveryCodes;
    expect(person.recoveryCodes).toHaveLength(10);
    const phoneless = new Person(person.email);
    await phoneless.signIn();
    expect((await phoneless.post('/two-factor/verify-backup-code', { code: first })).status).toBe(200);
    expect(await phoneless.isProved()).toBe(true);
    const again = new Person(person.email);
    await again.signIn();
    expect((await again.post('/two-factor/verify-backup-code', { code: first })).body.code).toBe('auth.code_wrong');
    const body = { password: PASSWORD, code: appCode(person.seed, 1) };
    const made = await person.post('/two-factor/generate-backup-codes', body);
    expect(made.body.backupCodes).toHaveLength(10);
    expect((await again.post('/two-factor/verify-backup-code', { code: second })).body.code).toBe('auth.code_wrong');
  });

  it('a sign-in takes five wrong codes, and then has to begin again', async () => {
    const person = await Person.withApp('five');
    const guesser = new Person(person.email);
    await guesser.signIn();
    const codes: string[] = [];
    for (let guess = 0; guess < 6; guess += 1) {
      codes.push((await guesser.post('/two-factor/verify-totp', { code: appCode(person.seed, 20 + guess) })).body.code);
    }
    expect(codes).toEqual([...Array(5).fill('auth.code_wrong'), 'auth.challenge_expired']);
    const right = await guesser.post('/two-factor/verify-totp', { code: appCode(person.seed, 1) });
    expect(right.body.code).toBe('auth.challenge_expired');
  });

  it('an account takes no codes for a while after ten wrong ones in a row, from wherever they came', async () => {
    const person = await Person.withApp('ten');
    let guess = 0;
    for (let round = 0; round < 2; round += 1) {
      const guesser = new Person(person.email);
      await guesser.signIn();
      for (let wrong = 0; wrong < 5; wrong += 1) {
        guess += 1;
        await guesser.post('/two-factor/verify-backup-code', { code: `guess-${guess}` });
      }
    }
    const owner = new Person(person.email);
    // The account's own network is not slowed by the flood from elsewhere, yet the pause holds for every network.
    Object.assign(owner, { address: person.address });
    await owner.signIn();
    const locked = await owner.post('/two-factor/verify-totp', { code: appCode(person.seed, 1) });
    expect([locked.status, locked.body.code]).toEqual([429, 'auth.second_factor_locked']);
  });

  it('codes are counted per network, whatever the account', async () => {
    const person = await Person.withApp('network');
    const answers: string[] = [];
    for (let guess = 0; guess < 12; guess += 1) {
      answers.push(
        (await person.post('/two-factor/verify-totp', { code: appCode(person.seed, 40 + guess) })).body.code,
      );
    }
    expect(answers.at(-1)).toBe('auth.too_many_attempts');
  });

  it('codes are counted per account for all networks that are new to it, together', async () => {
    const person = await Person.withApp('spread');
    const answers: string[] = [];
    for (let guess = 0; guess < 11; guess += 1) {
      // The session of the account, stolen, from another network each time.
      const elsewhere = new Person(person.email);
      for (const [name, value] of person.cookies) elsewhere.cookies.set(name, value);
      answers.push(
        (await elsewhere.post('/two-factor/verify-totp', { code: appCode(person.seed, 60 + guess) })).body.code,
      );
    }
    expect(answers.at(-1)).toBe('auth.too_many_account_attempts');
  });

  it('a sign-in without a challenge, and with one that this installation did not sign, takes no code', async () => {
    const person = await Person.withApp('challenge');
    const stranger = new Person(person.email);
    const code = appCode(person.seed, 1);
    expect((await stranger.post('/two-factor/verify-totp', { code })).body.code).toBe('auth.challenge_expired');
    stranger.cookies.set('patchbay_challenge', `2fa-${'a'.repeat(20)}.${'b'.repeat(43)}%3D`);
    expect((await stranger.post('/two-factor/verify-totp', { code })).body.code).toBe('auth.challenge_expired');
  });

  it('no sign-in is remembered on a device, even when the request asks for it', async () => {
    const person = await Person.withApp('device');
    const again = new Person(person.email);
    await again.signIn();
    const body = { code: appCode(person.seed, 1), trustDevice: true };
    expect((await again.post('/two-factor/verify-totp', body)).status).toBe(200);
    expect([...again.cookies.keys()]).toEqual(['patchbay_session']);
    await again.post('/sign-out', {});
    expect((await again.signIn()).body.twoFactorRedirect).toBe(true);
  });

  it('a session that a password alone made proves a second factor when a code follows', async () => {
    const person = await Person.signedUp('later');
    expect(await person.isProved()).toBe(false);
    await person.enable();
    await person.post('/two-factor/verify-totp', { code: appCode(person.seed) });
    expect(await person.isProved()).toBe(true);
  });

  it('a change of password ends the other sessions, and keeps the proof of this one', async () => {
    const person = await Person.withApp('password');
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    await elsewhere.post('/two-factor/verify-totp', { code: appCode(person.seed, 1) });
    const changed = await person.post('/change-password', {
      currentPassword: PASSWORD,
      newPassword: 'another long sentence',
      revokeOtherSessions: false,
    });
    expect(changed.status).toBe(200);
    expect([await elsewhere.me(), await person.me(), await person.isProved()]).toEqual([401, 200, true]);
  });
});

describe('passkeys', () => {
  const response = { id: 'bm9ib2R5', rawId: 'bm9ib2R5', type: 'public-key', response: {}, clientExtensionResults: {} };

  it('a passkey that was not asked for, and one without an account, do not sign in', async () => {
    const stranger = new Person('unknown@people.example');
    const unasked = await stranger.post('/passkey/verify-authentication', { response });
    expect([unasked.status, unasked.body.code]).toEqual([401, 'auth.challenge_expired']);
    const options = await stranger.get('/passkey/generate-authenticate-options');
    // No account is named, so the answer is the same for every visitor.
    expect(options.body.allowCredentials).toBeUndefined();
    expect(options.body.rpId).toBe('localhost');
    const unknown = await stranger.post('/passkey/verify-authentication', { response });
    expect([unknown.status, unknown.body.code]).toEqual([400, 'auth.passkey_refused']);
  });

  it('a session that is older than a quarter of an hour adds no passkey', async () => {
    const person = await Person.signedUp('stale');
    expect((await person.get('/passkey/generate-register-options')).body.rp).toEqual({
      name: 'Patchbay',
      id: 'localhost',
    });
    const { session } = (await installation.people.identity.findSession({ cookie: person.cookie })) ?? {};
    await superuser.query(`UPDATE identity.sessions SET created_at = now() - interval '16 minutes' WHERE id = $1`, [
      session?.sessionId,
    ]);
    const stale = await person.get('/passkey/generate-register-options');
    expect([stale.status, stale.body.code]).toEqual([403, 'auth.sign_in_not_fresh']);
  });

  it('a person neither renames nor removes the passkey of another', async () => {
    const [owner, other] = [await Person.signedUp('keeper'), await Person.signedUp('taker')];
    await superuser.query(
      `INSERT INTO identity.passkeys (id, person_id, name, credential_id, public_key, counter, device_type, backed_up)
       SELECT 'pky_1', id, 'Phone', 'c', 'k', 0, 'singleDevice', false FROM identity.people WHERE email = $1`,
      [owner.email],
    );
    const taken = await other.post('/passkey/update-passkey', { id: 'pky_1', name: 'Mine' });
    const removed = await other.post('/passkey/delete-passkey', { id: 'pky_1' });
    expect([taken.status, removed.status]).toEqual([400, 401]);
    expect((await superuser.query('SELECT name FROM identity.passkeys')).rows).toEqual([{ name: 'Phone' }]);
    expect((await owner.post('/passkey/update-passkey', { id: 'pky_1', name: 'Phone 2' })).status).toBe(200);
    expect((await owner.post('/passkey/delete-passkey', { id: 'pky_1' })).status).toBe(200);
  });
});

describe('sessions of a person', () => {
  const ownSessions = (person: Person) => installation.call('GET', '/me/sessions', { as: person.signedIn() });

  it('a person neither sees nor ends the sessions of another, and a key sees none', async () => {
    const [owner, other] = [await Person.signedUp('sees'), await Person.signedUp('peeks')];
    const [session] = (await ownSessions(owner)).body.items;
    expect((await ownSessions(other)).text).not.toContain(session.id);
    const ended = await installation.call('DELETE', `/me/sessions/${session.id}`, { as: other.signedIn() });
    expect([ended.status, ended.body.code, await owner.me()]).toEqual([404, 'admin.not_found', 200]);
    const keyOwner = await installation.owner('sessions-acme');
    const key = await installation.key(keyOwner);
    const byKey = await installation.call('GET', '/me/sessions', { as: key });
    expect([byKey.status, byKey.body.code]).toEqual([403, 'admin.person_required']);
  });

  it('the list of sessions shows device, address and use, and nothing that opens one', async () => {
    const person = await Person.signedUp('lists');
    const { text, body } = await ownSessions(person);
    expect(body.items).toEqual([
      {
        id: expect.stringMatching(/^ses_/),
        current: true,
        device: 'lightMyRequest',
        address: person.address,
        createdAt: expect.any(String),
        lastSeenAt: expect.any(String),
        expiresAt: expect.any(String),
        secondFactor: false,
      },
    ]);
    const { rows } = await superuser.query('SELECT token FROM identity.sessions WHERE id = $1', [body.items[0].id]);
    expect(rows).toHaveLength(1);
    expect(text).not.toContain(rows[0].token);
    expect(text).not.toContain(decodeURIComponent(person.cookies.get('patchbay_session') ?? ''));
  });

  it('a session that its person ends opens nothing at its next request, and takes the sessions of clients with it', async () => {
    const person = await Person.signedUp('ends-one');
    const lost = new Person(person.email);
    await lost.signIn();
    const { items } = (await ownSessions(person)).body;
    const [other] = items.filter(({ current }: { current: boolean }) => !current);
    await superuser.query(
      `INSERT INTO identity.oauth_rows (model, id_hash, session_id, sealed) VALUES ('Session', 'of the lost one', $1, '')`,
      [other.id],
    );
    const ended = await installation.call('DELETE', `/me/sessions/${other.id}`, { as: person.signedIn() });
    expect([ended.status, await lost.me(), await person.me()]).toEqual([204, 401, 200]);
    const left = await superuser.query(`SELECT FROM identity.oauth_rows WHERE id_hash = 'of the lost one'`);
    expect(left.rows).toEqual([]);
  });

  it('a person ends all other sessions at once, and keeps this one', async () => {
    const person = await Person.signedUp('ends-all');
    const others = [new Person(person.email), new Person(person.email)];
    for (const other of others) await other.signIn();
    const ended = await installation.call('DELETE', '/me/sessions', { as: person.signedIn() });
    expect(ended.body).toEqual({ ended: 2 });
    for (const other of others) expect(await other.me()).toBe(401);
    expect((await ownSessions(person)).body.items).toHaveLength(1);
  });

  it('a session is noted as seen again only after some minutes', async () => {
    const person = await Person.signedUp('seen');
    const seenAt = async () => Date.parse((await ownSessions(person)).body.items[0].lastSeenAt);
    const first = await seenAt();
    await person.me();
    expect(await seenAt()).toBe(first);
    await superuser.query(
      `UPDATE identity.sessions SET last_seen_at = now() - interval '6 minutes' WHERE person_id =
       (SELECT id FROM identity.people WHERE email = $1)`,
      [person.email],
    );
    await person.me();
    await waitFor(async () => Date.now() - (await seenAt()) < 60_000);
  });

  it('a person sees how they sign in: app, recovery codes that are left, and passkeys', async () => {
    const plain = await Person.signedUp('methods');
    const methods = (person: Person) => installation.call('GET', '/me/sign-in', { as: person.signedIn() });
    expect((await methods(plain)).body).toMatchObject({ authenticatorApp: false, recoveryCodes: 0, passkeys: [] });
    const person = await Person.withApp('methods-app');
    await person.post('/two-factor/verify-backup-code', { code: person.recoveryCodes[0] });
    const { body } = await methods(person);
    expect(body).toMatchObject({ authenticatorApp: true, recoveryCodes: 9, session: { secondFactor: true } });
  });
});

describe('turning a second factor off', () => {
  it('a second factor is not turned off without the password, without a code, or with a wrong one', async () => {
    const person = await Person.withApp('keeps');
    const off = (body: object) => person.post('/two-factor/disable', body);
    expect((await off({ password: PASSWORD })).body.code).toBe('admin.invalid_request');
    const noPassword = await off({ password: 'not the password at all', code: appCode(person.seed, 1) });
    expect(noPassword.body.code).toBe('auth.password_wrong');
    expect((await off({ password: PASSWORD, code: appCode(person.seed, 9) })).body.code).toBe('auth.code_wrong');
    expect((await off({ password: PASSWORD, code: 'abcde-fghij' })).body.code).toBe('auth.code_wrong');
    const again = new Person(person.email);
    expect((await again.signIn()).body.twoFactorRedirect).toBe(true);
  });

  it('password and code turn a second factor off, and the session has proved none any more', async () => {
    const person = await Person.withApp('ends');
    const body = { password: PASSWORD, code: appCode(person.seed, 1) };
    expect((await person.post('/two-factor/disable', body)).status).toBe(200);
    expect([await person.me(), await person.isProved()]).toEqual([200, false]);
    const again = new Person(person.email);
    await again.signIn();
    expect(await again.me()).toBe(200);
  });

  it('an invited person with a second factor joins with password and code only', async () => {
    const person = await Person.withApp('joins');
    const owner = await installation.owner('factor-acme');
    const invited = await installation.call('POST', '/organizations/factor-acme/invitations', {
      as: owner,
      body: { email: person.email, role: 'member' },
    });
    const page = new URL(invited.body.url).pathname;
    const shown = await installation.call('GET', page);
    const formToken = /name="formToken" value="([^"]+)"/.exec(shown.text)?.[1] ?? '';
    const send = (form: Record<string, string>) =>
      installation.call('POST', page, {
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN },
        payload: Buffer.from(new URLSearchParams({ formToken, name: 'Joins', password: PASSWORD, ...form }).toString()),
      });
    const half = await send({});
    expect([half.status, half.text.includes('name="code"')]).toEqual([400, true]);
    expect((await send({ code: appCode(person.seed, 9) })).status).toBe(400);
    const members = () => installation.call('GET', '/organizations/factor-acme/members', { as: owner });
    expect((await members()).body.items).toHaveLength(1);
    expect((await send({ code: appCode(person.seed, 1) })).status).toBe(303);
    expect((await members()).body.items).toHaveLength(2);
  });
});
