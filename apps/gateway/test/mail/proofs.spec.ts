/** Proofs of addresses, forgotten passwords and mailed invitations, through the pages and a mail server. */
import { ERRORS, newId, Secret } from '@patchbay/foundation';
import { waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Installation, ORIGIN, PASSWORD, type SignedIn } from '../admin/given.ts';
import { linkIn, MailServer } from './mail-server.ts';

const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN };
const NEW_PASSWORD = 'another horse battery staple';

let server: MailServer;
let here: Installation;
let superuser: pg.Pool;
const logged: string[] = [];
let addresses = 0;
/** Attempts are limited per address, so each comes from another. */
const address = () => {
  addresses += 1;
  return `10.9.${addresses >> 8}.${addresses & 255}`;
};

beforeAll(async () => {
  server = await MailServer.start();
  here = await Installation.start('open', ORIGIN, { mail: server.channel(), log: (line) => logged.push(line) });
  superuser = new pg.Pool({ connectionString: here.superuserUrl, max: 1 });
});
afterAll(async () => {
  await here?.close();
  await superuser?.end();
  await server?.close();
});

const signUp = (email: string, from = address()) =>
  here.call('POST', '/api/auth/sign-up/email', { body: { name: 'N', email, password: PASSWORD }, address: from });
const signIn = (email: string, password: string) =>
  here.call('POST', '/api/auth/sign-in/email', { body: { email, password }, address: address() });
const open = (path: string) => here.call('GET', path, { address: address() });

async function sendForm(path: string, form: Record<string, string>): Promise<Answer> {
  const page = await open(path);
  const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
  const payload = Buffer.from(new URLSearchParams({ ...form, formToken }).toString());
  return here.call('POST', path, { headers: FORM, payload, address: address() });
}

const forgot = (email: string) => sendForm('/-/forgot-password', { email });

/** An account as an older release, or an installation without mail, made it: with a password, and without a proof. */
async function unproved(email: string): Promise<SignedIn> {
  await superuser.query('SELECT'); // connected before the account is made
  const slug = `s${newId('request').slice(4, 20)}`;
  const { person } = await here.people.createFirstOwner({
    name: 'Old',
    email,
    slug,
    organizationName: slug,
    password: new Secret(PASSWORD),
  });
  return { ...(await here.signIn(email)), personId: person.id };
}

async function proved(email: string): Promise<void> {
  await signUp(email);
  const answer = await sendForm(linkIn(await server.mailTo(email)), { password: PASSWORD });
  expect(answer.status).toBe(200);
}

const rows = async (sql: string, ...values: unknown[]) => (await superuser.query(sql, values)).rows;

describe('an address that is registered before its owner comes', () => {
  it('a squatter with password, session, API key, grant and known address has nothing left once the owner proves it', async () => {
    const email = 'victim@acme.example';
    const squatter = await unproved(email);
    const [membership] = await rows(
      'SELECT organization_id AS id FROM identity.members WHERE person_id = $1',
      squatter.personId,
    );
    const key = await here.key({ organizationId: membership.id, personId: squatter.personId });
    expect((await here.call('GET', '/me', { as: squatter })).status).toBe(200);
    const withKey = () => here.call('GET', `/organizations/${membership.id}/connectors`, { as: key });
    expect((await withKey()).status).toBe(200);
    await superuser.query(
      `INSERT INTO identity.oauth_rows (model, id_hash, grant_hash, sealed, grant_facts, expires_at)
       VALUES ('Grant', '\\x01', '\\x01', 's', $1, now() + interval '1 day'), ('RefreshToken', '\\x02', '\\x01', 's', NULL, now() + interval '1 day')`,
      [
        {
          id: 'grt_1',
          organizationId: membership.id,
          personId: squatter.personId,
          clientId: 'c',
          clientName: 'c',
          resourcePath: '/a/mcp',
          connectorIds: [],
          scopes: [],
        },
      ],
    );

    const asked = await here.call('POST', '/api/auth/send-proof', { as: squatter, body: {}, address: address() });
    expect(asked.status).toBe(202);
    const link = linkIn(await server.mailTo(email));
    expect((await open(link)).text).toContain('If another person used the account before, they lose it');
    expect((await sendForm(link, { password: NEW_PASSWORD })).status).toBe(200);

    expect((await here.call('GET', '/me', { as: squatter })).status).toBe(401);
    expect((await signIn(email, PASSWORD)).status).toBe(401);
    await waitFor(async () => (await withKey()).status === 401, { what: 'the refusal of the key' });
    expect(await rows('SELECT ended_because FROM app.grants WHERE person_id = $1', squatter.personId)).toEqual([
      { ended_because: 'address_proved' },
    ]);
    expect(await rows("SELECT FROM identity.oauth_rows WHERE grant_hash = '\\x01'")).toEqual([]);
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
  });

  it('the first proof empties every table that a person can be entered by, also those of parts to come', async () => {
    const email = 'all@acme.example';
    const { personId } = await unproved(email);
    const tables = await rows(
      `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'identity'
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'person_id' WHERE c.relkind = 'r' ORDER BY 1`,
    );
    await superuser.query(
      "INSERT INTO identity.two_factors (id, person_id, secret, backup_codes) VALUES ('t', $1, 's', 'b')",
      [personId],
    );
    await superuser.query(
      `INSERT INTO identity.passkeys (id, person_id, credential_id, public_key, counter, device_type, backed_up)
       VALUES ('p', $1, 'c', 'k', 0, 'd', false)`,
      [personId],
    );
    await superuser.query('UPDATE identity.people SET two_factor_enabled = true WHERE id = $1', [personId]);
    await superuser.query('UPDATE identity.people SET email_verified = true WHERE id = $1', [personId]);
    expect(await rows('SELECT two_factor_enabled AS on FROM identity.people WHERE id = $1', personId)).toEqual([
      { on: false },
    ]);
    const left: string[] = [];
    for (const { name } of tables) {
      const found = await rows(`SELECT FROM identity.${name} WHERE person_id = $1`, personId);
      if (found.length > 0) left.push(name);
      // The trigger's role must be able to.
      const [{ may }] = await rows(
        "SELECT has_table_privilege('patchbay_lookup', $1, 'DELETE') AS may",
        `identity.${name}`,
      );
      if (!['members', 'deliveries'].includes(name)) expect({ name, may }).toEqual({ name, may: true });
    }
    expect(left).toEqual(['members']);
    expect(tables.map(({ name }) => name)).toContain('sign_in_addresses');
  });

  it('a new account cannot be entered with the password of its sign-up, only by the link', async () => {
    const email = 'new@people.example';
    const answer = await signUp(email);
    expect(answer.status).toBe(200);
    expect((await signIn(email, PASSWORD)).status).toBe(401);
    const link = linkIn(await server.mailTo(email));
    expect((await sendForm(link, { password: NEW_PASSWORD })).text).toContain('Your password is set');
    const session = await signIn(email, NEW_PASSWORD);
    expect(session.body.user).toMatchObject({ email, emailVerified: true });
  });
});

describe('a link in a mail', () => {
  it('a link that a program opens changes nothing, and works afterwards', async () => {
    const email = 'scanned@people.example';
    await signUp(email);
    const link = linkIn(await server.mailTo(email));
    for (const method of ['GET', 'HEAD'] as const) {
      const answer = await here.app.inject({
        method,
        url: link,
        headers: { host: 'localhost:4000' },
        remoteAddress: address(),
      });
      expect(answer.statusCode).toBe(200);
    }
    expect(await rows('SELECT email_verified FROM identity.people WHERE email = $1', email)).toEqual([
      { email_verified: false },
    ]);
    expect((await sendForm(link, { password: NEW_PASSWORD })).status).toBe(200);
  });

  it('a link is refused from another site, without its form, with a short password, twice, and under another path', async () => {
    const email = 'once@people.example';
    await signUp(email);
    const link = linkIn(await server.mailTo(email));
    const post = (payload: string, origin = ORIGIN, path = link) =>
      here.call('POST', path, { headers: { ...FORM, origin }, payload: Buffer.from(payload), address: address() });
    expect((await post(`password=${NEW_PASSWORD}`)).status).toBe(403);
    expect((await post(`password=${NEW_PASSWORD}`, 'https://evil.example')).status).toBe(403);
    expect((await sendForm(link, { password: 'short' })).status).toBe(400);
    const elsewhere = link.replace('prove-address', 'reset-password');
    expect((await post(`password=${NEW_PASSWORD}`, ORIGIN, elsewhere)).status).toBe(404);
    const page = await open(link);
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const form = new URLSearchParams({ formToken, password: NEW_PASSWORD }).toString();
    const answers = await Promise.all([post(form), post(form), post(form)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
    const closed = await here.call('GET', link, { headers: { accept: 'text/html' }, address: address() });
    expect(closed.text).toContain(ERRORS['auth.mail_link_invalid'].title);
  });

  it('a link that has expired is refused', async () => {
    const email = 'late@people.example';
    await signUp(email);
    const link = linkIn(await server.mailTo(email));
    await superuser.query(
      `UPDATE identity.mail_links SET expires_at = now() WHERE person_id = (SELECT id FROM identity.people WHERE email = $1)`,
      [email],
    );
    expect((await open(link)).status).toBe(404);
  });

  it('neither the rows nor the log hold a link, its secret or its bytes', async () => {
    const email = 'dump@people.example';
    await signUp(email);
    const secret =
      linkIn(await server.mailTo(email))
        .split('/')
        .at(-1) ?? '';
    await open(`/-/prove-address/${secret}`);
    const dump = JSON.stringify([
      await rows('SELECT * FROM identity.deliveries'),
      await rows('SELECT kind, person_id, encode(hash, $1) AS hash FROM identity.mail_links', 'hex'),
    ]);
    const bytes = Buffer.from(secret, 'base64url');
    for (const form of [secret, bytes.toString('hex'), bytes.toString('base64'), Buffer.from(secret).toString('hex')]) {
      expect(dump).not.toContain(form);
      expect(logged.join('')).not.toContain(form);
    }
    expect(dump).toContain('prove_address');
    expect(logged.join('')).not.toContain(email);
  });
});

describe('a forgotten password', () => {
  it('a request for a link is answered alike for every address, before the account is looked up', async () => {
    const email = 'known@people.example';
    await proved(email);
    const blocker = await superuser.connect();
    await blocker.query('BEGIN; LOCK TABLE identity.people IN ACCESS EXCLUSIVE MODE');
    const [known, unknown] = [await forgot(email), await forgot('nobody@people.example')];
    await blocker.query('ROLLBACK');
    blocker.release();
    expect(known.status).toBe(200);
    expect(known.text.replaceAll(email, 'X')).toBe(unknown.text.replaceAll('nobody@people.example', 'X'));
    const withoutIds = ({ headers }: Answer) => Object.keys(headers).sort();
    expect(withoutIds(known)).toEqual(withoutIds(unknown));
    await server.mailTo(email, 1);
    expect(server.received.some(({ to }) => to.includes('nobody@people.example'))).toBe(false);
  });

  it('a new password ends all sign-ins, those of programs too, works once, and a mail reports it to its owner', async () => {
    const email = 'forgetful@people.example';
    await proved(email);
    const signedIn = await here.signIn(email);
    const programs = async () => {
      const sql = 'SELECT count(*)::int AS all FROM identity.account_grants WHERE person_id = $1';
      return (await superuser.query(sql, [signedIn.personId])).rows[0].all;
    };
    // As the authorization server writes it when the command line signs in.
    await superuser.query(
      `INSERT INTO identity.account_grants (id, provider_hash, person_id, client_id, client_name, expires_at)
       VALUES ('agr_1', '\\x01', $1, 'patchbay-cli', 'Patchbay', now() + interval '1 day')`,
      [signedIn.personId],
    );
    expect(await programs()).toBe(1);
    await forgot(email);
    const link = linkIn(await server.mailTo(email, 1));
    expect((await open(link)).text).toContain('Choose a new password');
    expect((await sendForm(link, { password: NEW_PASSWORD })).status).toBe(200);
    expect((await here.call('GET', '/me', { as: signedIn })).status).toBe(401);
    expect(await programs()).toBe(0);
    expect((await signIn(email, PASSWORD)).status).toBe(401);
    expect((await signIn(email, NEW_PASSWORD)).status).toBe(200);
    expect((await sendForm(link, { password: PASSWORD })).status).toBe(404);
    expect((await server.mailTo(email, 2)).subject).toBe('Your password at localhost:4000 was changed');
  });

  it('a stranger can have at most five mails a day sent to an address, and does not keep its owner from one', async () => {
    const email = 'flooded@people.example';
    await proved(email);
    const home = address();
    await here.call('POST', '/api/auth/sign-in/email', { body: { email, password: PASSWORD }, address: home });
    const statuses: number[] = [];
    for (let asked = 0; asked < 7; asked++) statuses.push((await forgot(email)).status);
    // One was for the sign-up.
    expect(statuses).toEqual([200, 200, 200, 200, 429, 429, 429]);
    expect((await forgot(email)).body).toMatchObject({ code: 'auth.too_many_mails' });
    const page = await here.call('GET', '/-/forgot-password');
    const formToken = /name="formToken" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const payload = Buffer.from(new URLSearchParams({ email, formToken }).toString());
    const own = await here.call('POST', '/-/forgot-password', { headers: FORM, payload, address: home });
    expect(own.status).toBe(200);
    const count = () => server.received.filter(({ to }) => to.includes(email)).length;
    await waitFor(async () => count() >= 2);
    expect(count()).toBeLessThanOrEqual(6);
  });

  it('a sign-up with an address that has an account is answered alike, and a mail reports it to the owner', async () => {
    const email = 'twice@people.example';
    const first = await signUp(email);
    await sendForm(linkIn(await server.mailTo(email)), { password: PASSWORD });
    const second = await signUp(email);
    expect(second.status).toBe(first.status);
    expect(Object.keys(second.body.user).sort()).toEqual(Object.keys(first.body.user).sort());
    const mail = await server.mailTo(email, 1);
    expect(mail.subject).toBe('You have an account at localhost:4000');
    expect(mail.text).not.toMatch(/\/-\/(prove|reset)/);
    expect((await signIn(email, PASSWORD)).status).toBe(200);
  });
});

describe('an invitation where addresses are proved', () => {
  const invite = async (owner: SignedIn & { organizationId: string }, email: string) => {
    const path = `/organizations/${owner.organizationId}/invitations`;
    const { body } = await here.call('POST', path, { as: owner, body: { email, role: 'developer' } });
    return { body, link: new URL(body.url).pathname };
  };

  it('the inviter’s link alone makes no account and admits no unproved one, and sends the link that does', async () => {
    const owner = await here.owner('inviting');
    const email = 'invited@people.example';
    const { body, link } = await invite(owner, email);
    expect(body.mailed).toBe(true);
    await server.mailTo(email);
    expect((await sendForm(link, { name: 'Mallory', password: PASSWORD })).status).toBe(400);
    expect(await rows('SELECT FROM identity.people WHERE email = $1', email)).toEqual([]);
    await unproved('older@people.example');
    const older = await invite(owner, 'older@people.example');
    expect((await sendForm(older.link, { name: 'Old', password: PASSWORD })).status).toBe(400);

    expect((await sendForm(link, { answer: 'mail' })).text).toContain('Look for a mail');
    const mailed = linkIn(await server.mailTo(email, 1));
    const joined = await sendForm(mailed, { name: 'Ingrid', password: NEW_PASSWORD });
    expect(joined.status).toBe(303);
    expect((await signIn(email, NEW_PASSWORD)).body.user.emailVerified).toBe(true);
    expect((await open(mailed)).status).toBe(404);
  });

  it('the mailed link takes an account over from a squatter, and asks a proved one for its password', async () => {
    const owner = await here.owner('taking');
    const squatter = await unproved('squatted@people.example');
    const { link } = await invite(owner, 'squatted@people.example');
    const mailed = linkIn(await server.mailTo('squatted@people.example'));
    expect(mailed).not.toBe(link);
    expect((await sendForm(mailed, { name: 'Owner', password: NEW_PASSWORD })).status).toBe(303);
    expect((await here.call('GET', '/me', { as: squatter })).status).toBe(401);
    expect((await signIn('squatted@people.example', PASSWORD)).status).toBe(401);

    await proved('careful@people.example');
    await invite(owner, 'careful@people.example');
    const second = linkIn(await server.mailTo('careful@people.example', 1));
    expect((await sendForm(second, { name: 'C', password: NEW_PASSWORD })).status).toBe(400);
    expect((await sendForm(second, { name: 'C', password: PASSWORD })).status).toBe(303);
  });

  it('an unproved account that is signed in cannot accept an invitation by its secret', async () => {
    const owner = await here.owner('bound');
    const person = await unproved('bound@people.example');
    const { link, body } = await invite(owner, 'bound@people.example');
    const answer = await here.call('POST', '/api/auth/organization/accept-invitation', {
      as: person,
      body: { invitationId: body.id },
      headers: { 'x-patchbay-invitation': link.split('/').at(-1) ?? '' },
      address: address(),
    });
    expect(answer.status).toBe(403);
  });
});

describe('an installation without mail', () => {
  it('an installation without mail offers neither links nor proofs, reports that, and takes passwords at sign-up', async () => {
    const plain = await Installation.start();
    const from = { address: '10.8.0.1' };
    expect((await plain.call('GET', '/api/auth/sign-up')).body).toEqual({ policy: 'open', mail: 'off' });
    expect((await plain.call('GET', '/-/forgot-password')).text).toContain('This installation sends no mail');
    const body = { name: 'N', email: 'n@people.example', password: PASSWORD };
    expect((await plain.call('POST', '/api/auth/sign-up/email', { body, ...from })).status).toBe(200);
    const person = await plain.signIn('n@people.example');
    const asked = await plain.call('POST', '/api/auth/send-proof', { as: person, body: {} });
    expect(asked).toMatchObject({ status: 409, body: { code: 'auth.mail_off' } });
    expect(await plain.people.mailCondition()).toMatchObject({
      state: 'degraded',
      reasons: [expect.stringContaining('passwords cannot be reset')],
    });
    await plain.close();
  });
});
