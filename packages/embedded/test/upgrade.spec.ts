/** Migrations that change rows, over rows as the release before wrote them. */
import { randomBytes } from 'node:crypto';
import { cp, readdir } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '@patchbay/foundation';
import { temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, it } from 'vitest';
import { migrate, type PerRole, provisionDatabase, urlsOfRoles, withDatabase } from '../src/index.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../prisma/migrations');
const CLOSES_INVITATIONS = '20261130141000_hash_invitation_secrets';

let name: string;
let urls: PerRole<string>;

beforeEach(async () => {
  name = `upgrade_${randomBytes(6).toString('hex')}`;
  const { superuserUrl, passwords } = inject('services');
  const secrets = {
    owner: new Secret(passwords.owner),
    app: new Secret(passwords.app),
    auth: new Secret(passwords.auth),
    queue: new Secret(passwords.queue),
  };
  await provisionDatabase({ adminUrl: superuserUrl, database: name, passwords: secrets });
  urls = urlsOfRoles(withDatabase(superuserUrl, name), secrets);
});
afterEach(() => query(inject('services').superuserUrl, `DROP DATABASE ${name} WITH (FORCE)`));

async function query(url: string, sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** The database as it was before the migration came. */
async function migrateUpTo(migration: string): Promise<void> {
  const directory = await temporaryDirectory('migrations');
  const before = (await readdir(MIGRATIONS)).filter((one) => /^\d+_/.test(one) && one < migration);
  for (const one of before) {
    await cp(path.join(MIGRATIONS, one), path.join(directory, one), { recursive: true });
  }
  expect(await migrate({ ownerUrl: urls.owner, directory })).toEqual(before.sort());
}

it('the upgrade that adds secrets to invitations closes the open ones and touches no other', async () => {
  await migrateUpTo(CLOSES_INVITATIONS);
  await query(
    urls.auth,
    `WITH organization AS (INSERT INTO identity.organizations (id, slug, name) VALUES ('org_a', 'acme', 'Acme')),
       person AS (INSERT INTO identity.people (id, name, email) VALUES ('usr_a', 'Olga', 'olga@people.example'))
     INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ('mem_a', 'org_a', 'usr_a', 'owner')`,
  );
  await query(
    urls.auth,
    `INSERT INTO identity.invitations (id, organization_id, email, role, status, expires_at, inviter_id)
     SELECT 'inv_' || one.name, 'org_a', one.name || '@people.example', 'member', one.status, one.expires_at, 'usr_a'
     FROM (VALUES ('open', 'pending', now() + interval '2 days'), ('expired', 'pending', '2026-01-01T00:00:00Z'),
       ('accepted', 'accepted', '2037-01-01T00:00:00Z'), ('canceled', 'canceled', '2037-01-01T00:00:00Z'))
       AS one (name, status, expires_at)`,
  );
  const superuserUrl = withDatabase(inject('services').superuserUrl, name);
  const notes = () => query(superuserUrl, 'SELECT id FROM app.identity_changes ORDER BY id');
  const notesBefore = await notes();

  expect(await migrate({ ownerUrl: urls.owner, directory: MIGRATIONS })).toContain(CLOSES_INVITATIONS);

  // The query of the previous release's gateway when a link that it created is opened: the id is the link.
  const openable = `SELECT id FROM identity.invitations WHERE status = 'pending' AND expires_at > now()`;
  expect(await query(urls.auth, openable)).toEqual([]);
  const kept = `SELECT id, status, expires_at <= now() AS closed, secret_hash FROM identity.invitations ORDER BY id`;
  expect(await query(urls.auth, kept)).toEqual([
    { id: 'inv_accepted', status: 'accepted', closed: false, secret_hash: null },
    { id: 'inv_canceled', status: 'canceled', closed: false, secret_hash: null },
    { id: 'inv_expired', status: 'pending', closed: true, secret_hash: null },
    { id: 'inv_open', status: 'pending', closed: true, secret_hash: null },
  ]);
  const expired = `SELECT expires_at FROM identity.invitations WHERE id = 'inv_expired'`;
  expect(await query(urls.auth, expired)).toEqual([{ expires_at: new Date('2026-01-01T00:00:00Z') }]);
  // Nothing was changed: no row that would become an audit event, and the policies apply to the owner again.
  expect(await notes()).toEqual(notesBefore);
  expect(await query(urls.owner, 'SELECT id FROM identity.invitations')).toEqual([]);
});
