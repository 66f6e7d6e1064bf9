import { createDatabase } from '@patchbay/domain';
import { listMembers } from '@patchbay/domain/organizations';
import { AppError, Secret, systemClock } from '@patchbay/foundation';
import { createTestDatabase } from '@patchbay/testing';
import pg from 'pg';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { LocalStore } from '../../src/ephemeral-store/local-store.ts';
import { createIdentityPart } from '../../src/identity/index.ts';
import { createServer } from '../../src/server.ts';
import { givenAddressBudget } from '../given-limits.ts';

const ORIGIN = 'http://localhost:4000';
const logger = pino({ level: 'silent' });

async function install() {
  const { urls, superuserUrl } = await createTestDatabase();
  const database = createDatabase({ url: urls.app, poolSizeMax: 2 });
  let now = new Date('2026-11-21T10:00:00Z');
  const part = createIdentityPart({
    origin: ORIGIN,
    databaseUrl: new Secret(urls.auth),
    secret: new Secret('a secret for tests of forty characters..'),
    signup: 'invite',
    database,
    ephemeralStore: new LocalStore(systemClock),
    clock: { now: () => now, monotonicMs: () => now.getTime() },
    logger,
  });
  const app = await createServer({
    origin: ORIGIN,
    trustedProxies: [],
    dashboardUpstream: undefined,
    addressBudget: givenAddressBudget(),
    revokeExposed: () => {},
    logger,
    surfaces: [part.surface],
  });
  const headers = { host: 'localhost:4000' };
  return {
    part,
    database,
    /** Runs SQL with the rights of a superuser. */
    alter: async (sql: string) => {
      const superuser = new pg.Client({ connectionString: superuserUrl });
      await superuser.connect();
      await superuser.query(sql);
      await superuser.end();
    },
    move: (milliseconds: number) => {
      now = new Date(now.getTime() + milliseconds);
    },
    open: (link: string) => app.inject({ url: new URL(link).pathname, headers }),
    send: (link: string, form: Record<string, string>, more: Record<string, string> = {}) =>
      app.inject({
        method: 'POST',
        url: new URL(link).pathname,
        headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded', origin: ORIGIN, ...more },
        payload: new URLSearchParams(form).toString(),
      }),
    close: async () => {
      await app.close();
      await part.close();
      await database.close();
    },
  };
}

const OWNER = {
  name: 'Ada',
  email: 'ada@example.com',
  password: 'correct horse battery staple',
  organizationName: 'Acme',
  slug: 'acme',
};
const tokenIn = (html: string) => /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? '';

describe('the setup link', () => {
  it('the setup page refuses an unknown, an outdated and a replaced token, and creates no account', async () => {
    const installation = await install();
    const first = (await installation.part.createSetupLink()) ?? '';
    const second = (await installation.part.createSetupLink()) ?? '';
    expect((await installation.open(first)).statusCode).toBe(404);
    expect((await installation.open(`${ORIGIN}/-/setup/unknown`)).statusCode).toBe(404);
    const formToken = tokenIn((await installation.open(second)).body);
    installation.move(60 * 60 * 1000);
    expect((await installation.send(second, { ...OWNER, formToken })).statusCode).toBe(404);
    expect(await installation.part.createSetupLink()).toContain('/-/setup/');
    await installation.close();
  });

  it('the setup page refuses a form of another site, and one without its token', async () => {
    const installation = await install();
    const link = (await installation.part.createSetupLink()) ?? '';
    const formToken = tokenIn((await installation.open(link)).body);
    const foreign = await installation.send(link, { ...OWNER, formToken }, { 'sec-fetch-site': 'cross-site' });
    const bare = await installation.send(link, OWNER);
    expect([foreign, bare].map((answer) => [answer.statusCode, answer.json().code])).toEqual(
      Array(2).fill([403, 'auth.cross_site']),
    );
    expect(await installation.part.createSetupLink()).toContain('/-/setup/');
    await installation.close();
  });

  it('a setup link stays open when the form is not accepted, and its page shows what was wrong', async () => {
    const installation = await install();
    const link = (await installation.part.createSetupLink()) ?? '';
    const formToken = tokenIn((await installation.open(link)).body);
    const short = await installation.send(link, { ...OWNER, password: 'short', formToken });
    expect(short.statusCode).toBe(400);
    expect(short.body).toContain('at least 12 characters');
    const reserved = await installation.send(link, { ...OWNER, slug: 'api', name: '"><script>', formToken });
    expect(reserved.statusCode).toBe(400);
    expect(reserved.body).not.toContain('<script>');
    expect((await installation.open(link)).statusCode).toBe(200);
    await installation.close();
  });

  it('a setup link opens again for the person who was made when the organization was not', async () => {
    const installation = await install();
    const link = (await installation.part.createSetupLink()) ?? '';
    const formToken = tokenIn((await installation.open(link)).body);
    await installation.alter(`CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'no organization today'; END $$;
      CREATE TRIGGER fail BEFORE INSERT ON identity.organizations FOR EACH ROW EXECUTE FUNCTION public.fail()`);
    expect((await installation.send(link, { ...OWNER, formToken })).statusCode).toBe(500);
    await installation.alter('DROP TRIGGER fail ON identity.organizations');

    expect((await installation.open(link)).statusCode).toBe(200);
    const other = await installation.send(link, { ...OWNER, password: 'another one’s word', formToken });
    expect([other.statusCode, other.body]).toEqual([400, expect.stringContaining('the password is not its own')]);
    expect((await installation.send(link, { ...OWNER, formToken })).statusCode).toBe(303);
    expect(await installation.part.createSetupLink()).toBeNull();
    await installation.close();
  });

  it('a setup link creates the first owner once, and no link is printed afterwards', async () => {
    const installation = await install();
    const link = (await installation.part.createSetupLink()) ?? '';
    const page = await installation.open(link);
    expect(page.headers['content-security-policy']).toContain("form-action 'self'");
    expect(page.headers['referrer-policy']).toBe('same-origin');
    const formToken = tokenIn(page.body);
    const answers = await Promise.all([
      installation.send(link, { ...OWNER, formToken }),
      installation.send(link, { ...OWNER, email: 'eve@example.com', slug: 'evil', formToken }),
    ]);
    expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([303, 404]);
    expect(await installation.part.createSetupLink()).toBeNull();
    expect((await installation.open(link)).body).toContain(new AppError('auth.setup_link_invalid').spec.title);
    const weak = { ...OWNER, email: 'weak@example.com', slug: 'weak', password: new Secret('short') };
    await expect(installation.part.createFirstOwner(weak)).rejects.toMatchObject({ code: 'auth.setup_refused' });

    const found =
      (await installation.database.lookups.findOrganization('acme')) ??
      (await installation.database.lookups.findOrganization('evil'));
    const members = await installation.database.withOrganization(found ?? { organizationId: '' }, listMembers);
    expect(members).toMatchObject([{ role: 'owner' }]);
    await installation.close();
  });
});
