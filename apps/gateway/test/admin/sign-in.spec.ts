import { createDatabase, type Database } from '@patchbay/domain';
import { Secret, systemClock } from '@patchbay/foundation';
import { createTestDatabase } from '@patchbay/testing';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalStore } from '../../src/ephemeral-store/local-store.ts';
import { createIdentityPart, type IdentityPart } from '../../src/identity/index.ts';
import { createServer } from '../../src/server.ts';
import { givenAddressBudget } from '../given-limits.ts';

const ORIGIN = 'http://localhost:4000';
const PASSWORD = 'correct horse battery staple';
const logger = pino({ level: 'silent' });

interface Installation {
  readonly app: FastifyInstance;
  readonly part: IdentityPart;
  readonly database: Database;
  close(): Promise<void>;
}

async function install(options: { signup?: string; origin?: string } = {}): Promise<Installation> {
  const { urls } = await createTestDatabase();
  const origin = options.origin ?? ORIGIN;
  const database = createDatabase({ url: urls.app, poolSizeMax: 3 });
  const part = createIdentityPart({
    origin,
    databaseUrl: new Secret(urls.auth),
    secret: new Secret('a secret for tests of forty characters..'),
    signup: options.signup ?? 'open',
    database,
    ephemeralStore: new LocalStore(systemClock),
    clock: systemClock,
    logger,
  });
  const app = await createServer({
    origin,
    trustedProxies: [],
    dashboardUpstream: undefined,
    addressBudget: givenAddressBudget(),
    revokeExposed: () => {},
    logger,
    surfaces: [part.surface],
  });
  return {
    app,
    part,
    database,
    async close() {
      await app.close();
      await part.close();
      await database.close();
    },
  };
}

/** Attempts are counted per address over the whole process: each installation is called from its own. */
const addresses = new WeakMap<FastifyInstance, string>();
let installations = 0;

function addressOf(app: FastifyInstance): string {
  let address = addresses.get(app);
  if (!address) {
    installations += 1;
    address = `198.51.100.${installations}`;
    addresses.set(app, address);
  }
  return address;
}

function post(app: FastifyInstance, path: string, body: unknown, headers: Record<string, string> = {}) {
  return app.inject({
    method: 'POST',
    url: `/api/auth${path}`,
    remoteAddress: addressOf(app),
    headers: { host: 'localhost:4000', 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
}

describe('/api/auth on an open installation', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await install();
  });
  afterAll(() => installation.close());

  it('/api/auth refuses every path that is not on the list, whatever the library offers', async () => {
    for (const path of ['/organization/create', '/organization/update', '/organization/delete', '/delete-user', '/x']) {
      const answer = await post(installation.app, path, {});
      expect([path, answer.statusCode, answer.json().code]).toEqual([path, 404, 'auth.not_offered']);
    }
  });

  it('sign-up answers alike for a new and a known address, and opens no session', async () => {
    const person = { email: 'ada@example.com', password: PASSWORD, name: 'Ada' };
    const first = await post(installation.app, '/sign-up/email', person);
    const second = await post(installation.app, '/sign-up/email', { ...person, password: 'another long password' });
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    expect(Object.keys(first.json()).sort()).toEqual(Object.keys(second.json()).sort());
    expect(Object.keys(first.json().user).sort()).toEqual(Object.keys(second.json().user).sort());
    expect(first.json().user.id).toMatch(/^psn_/);
    expect(second.json().user.id).toMatch(/^psn_/);
    expect([first.headers['set-cookie'], second.headers['set-cookie']]).toEqual([undefined, undefined]);
  });

  it('sign-in answers alike for a wrong password and an unknown address', async () => {
    const wrong = await post(installation.app, '/sign-in/email', {
      email: 'ada@example.com',
      password: 'wrong password',
    });
    const unknown = await post(installation.app, '/sign-in/email', {
      email: 'no@example.com',
      password: 'wrong password',
    });
    expect(wrong.statusCode).toBe(401);
    expect([unknown.statusCode, unknown.body]).toEqual([wrong.statusCode, wrong.body]);
  });

  it('refuses a sign-in that another site or another port caused', async () => {
    const body = { email: 'ada@example.com', password: PASSWORD };
    const foreign: Record<string, string>[] = [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', origin: 'http://localhost:4000' },
    ];
    for (const headers of foreign) {
      const answer = await post(installation.app, '/sign-in/email', body, headers);
      expect([answer.statusCode, answer.json().code]).toEqual([403, 'auth.cross_site']);
    }
    const port = await post(installation.app, '/sign-in/email', body, { origin: 'http://localhost:5000' });
    expect(port.statusCode).toBe(403);
  });

  it('a person signs in with one plain cookie on http, and signing out ends the session', async () => {
    const signIn = await post(installation.app, '/sign-in/email', { email: 'ada@example.com', password: PASSWORD });
    expect(signIn.statusCode).toBe(200);
    const [cookie = ''] = [signIn.headers['set-cookie']].flat();
    expect(cookie).toMatch(/^patchbay_session=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; SameSite=Lax$/);
    const pair = cookie.split(';', 1).join('');

    const found = await installation.part.identity.findSession({ cookie: pair });
    expect(found).toMatchObject({
      person: { email: 'ada@example.com', name: 'Ada' },
      session: { secondFactor: false, organizationIds: null },
    });
    expect(Math.abs((found?.session.authenticatedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000);
    // The name of a session in records must not open it.
    expect(decodeURIComponent(pair)).not.toContain(found?.session.sessionId ?? pair);

    const signOut = await post(installation.app, '/sign-out', {}, { cookie: pair, origin: ORIGIN });
    expect(signOut.statusCode).toBe(200);
    expect(await installation.part.identity.findSession({ cookie: pair })).toBeNull();
  });

  it('sign-ins are limited by the address the edge decided on, and answered with a Retry-After', async () => {
    const wrong = { email: 'ada@example.com', password: 'wrong password' };
    let refused = await post(installation.app, '/sign-in/email', wrong);
    for (let attempt = 0; attempt < 15 && refused.statusCode !== 429; attempt += 1) {
      const forged = { 'x-forwarded-for': `203.0.113.${attempt}`, 'x-patchbay-address': `203.0.113.${attempt}` };
      refused = await post(installation.app, '/sign-in/email', wrong, forged);
    }
    expect([refused.statusCode, refused.json().code]).toEqual([429, 'auth.too_many_attempts']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('the sign-up policy', () => {
  it.each([
    ['invite', 'invite'],
    ['domain:example.com', 'domain'],
  ])('the sign-up policy %s is shown to everyone by its kind alone, never with its domain', async (signup, policy) => {
    const { app, close } = await install({ signup });
    const answer = await app.inject({ url: '/api/auth/sign-up', headers: { host: 'localhost:4000' } });
    expect([answer.statusCode, answer.headers['cache-control'], answer.json()]).toEqual([
      200,
      'no-store',
      { policy, mail: 'off' },
    ]);
    await close();
  });

  it('sign-up by invitation admits an address only with the link of its invitation', async () => {
    const installation = await install({ signup: 'invite' });
    const { app, part } = installation;
    const { person, organizationId } = await part.createFirstOwner({
      name: 'Ada',
      email: 'ada@example.com',
      password: new Secret(PASSWORD),
      organizationName: 'Acme',
      slug: 'acme',
    });
    const change = {
      organization: { id: organizationId, slug: 'acme', name: 'Acme' },
      actor: { kind: 'person', personId: person.id },
      requestId: 'req_1',
    } as const;
    const invited = { email: 'bob@example.com', role: 'developer', inviterId: person.id } as const;
    const { invitation, secret } = await part.identity.inTurn(organizationId, (tx) =>
      part.identity.invite(tx, change, invited),
    );

    const bob = { email: 'bob@example.com', password: PASSWORD, name: 'Bob' };
    const uninvited = await post(app, '/sign-up/email', { ...bob, email: 'eve@example.com' });
    const withoutLink = await post(app, '/sign-up/email', bob);
    const withId = await post(app, '/sign-up/email', bob, { 'x-patchbay-invitation': invitation.id });
    const header = { 'x-patchbay-invitation': secret.reveal() };
    const otherAddress = await post(app, '/sign-up/email', { ...bob, email: 'eve@example.com' }, header);
    expect([uninvited, withoutLink, withId, otherAddress].map((answer) => answer.json().code)).toEqual(
      Array(4).fill('auth.sign_up_closed'),
    );

    expect((await post(app, '/sign-up/email', bob, header)).statusCode).toBe(200);
    const signIn = await post(app, '/sign-in/email', bob);
    const cookie = String([signIn.headers['set-cookie']].flat()[0]).split(';', 1).join('');
    const accept = (headers: Record<string, string>) =>
      post(
        app,
        '/organization/accept-invitation',
        { invitationId: invitation.id },
        { cookie, origin: ORIGIN, ...headers },
      );
    const byId = [await accept({}), await accept({ 'x-patchbay-invitation': invitation.id })];
    expect(byId.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
      Array(2).fill([404, 'auth.invitation_invalid']),
    );
    expect((await accept(header)).statusCode).toBe(200);
    const { lookups } = installation.database;
    expect(await lookups.findPersonMemberships(signIn.json().user.id)).toEqual([
      { organizationId, memberId: expect.stringMatching(/^mbr_/) },
    ]);
    await installation.close();
  });

  it('sign-up by domain admits the addresses of the domain, and none that merely end like it', async () => {
    const installation = await install({ signup: 'domain:example.com' });
    const enrol = (email: string) =>
      post(installation.app, '/sign-up/email', { email, password: PASSWORD, name: 'Somebody' });
    expect((await enrol('a@evil-example.com')).statusCode).toBe(403);
    expect((await enrol('a@example.com')).statusCode).toBe(200);
    await installation.close();
  });
});

describe('cookies on https', () => {
  it('cookies on https are __Host- and Secure', async () => {
    const installation = await install({ origin: 'https://patchbay.example.com' });
    const headers = { host: 'patchbay.example.com' };
    const person = { email: 'ada@example.com', password: PASSWORD, name: 'Ada' };
    await post(installation.app, '/sign-up/email', person, headers);
    const signIn = await post(installation.app, '/sign-in/email', person, headers);
    const [cookie = ''] = [signIn.headers['set-cookie']].flat();
    expect(cookie).toMatch(/^__Host-patchbay_session=[^;]+; Max-Age=1209600; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
    await installation.close();
  });
});
