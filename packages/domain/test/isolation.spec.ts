import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listConnectors } from '../src/connectors/index.ts';
import { fillEveryTable, type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let ours: GivenOrganization;
let theirs: GivenOrganization;
let tables: string[];

beforeAll(async () => {
  given = await startGiven({ poolSizeMax: 8 });
  ours = await given.organization();
  theirs = await given.organization();
  await fillEveryTable(given, theirs);
  const { rows } = await given.superuser.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'app'
     UNION ALL SELECT format('identity.%I', t) FROM unnest(ARRAY['people', 'organizations', 'organization_slugs',
       'members']) AS t ORDER BY 1`,
  );
  tables = rows.map((row) => row.name);
});
afterAll(() => given.close());

/** Rows that patchbay_app gets on this connection, or why it gets none. */
async function count(client: pg.Client | pg.PoolClient, table: string): Promise<number | 'denied'> {
  try {
    const { rows } = await client.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
    return rows[0]?.count ?? 0;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return 'denied';
    throw error;
  }
}

describe('another organization', () => {
  it('another organization has a row in every table, so that the next tests can fail', async () => {
    for (const table of tables) {
      const { rows } = await given.superuser.query<{ count: number }>(`SELECT count(*)::int AS count FROM ${table}`);
      expect(rows[0]?.count, table).toBeGreaterThan(0);
    }
    expect(tables.length).toBeGreaterThan(20);
  });

  it('rows of another organization are invisible before, in and after a scope, on one reused connection', async () => {
    const client = new pg.Client({ connectionString: given.test.urls.app });
    await client.connect();
    try {
      const own = ['identity.people', 'identity.organizations', 'identity.organization_slugs', 'identity.members'];
      for (const table of tables) {
        expect([0, 'denied'], `${table} before`).toContain(await count(client, table));
        await client.query('BEGIN');
        await client.query("SELECT set_config('app.organization_id', $1, true)", [ours.organizationId]);
        const seen = await count(client, table).catch(() => 'denied');
        await client.query('ROLLBACK');
        // Written by the fixture: the organization and its first member, stored when they were created.
        const expected = table === 'app.identity_changes' ? [2] : own.includes(table) ? [1] : [0, 'denied'];
        expect(expected, `${table} in our scope`).toContain(seen);
        expect([0, 'denied'], `${table} after`).toContain(await count(client, table));
      }
    } finally {
      await client.end();
    }
  });

  it.each([
    'sessions',
    'accounts',
    'two_factors',
    'passkeys',
    'verifications',
    'setup_links',
    'oauth_signing_keys',
    'oauth_rows',
    'account_grants',
  ])('the role patchbay_app may not select from identity.%s', async (table) => {
    const client = new pg.Client({ connectionString: given.test.urls.app });
    await client.connect();
    try {
      expect(await count(client, `identity.${table}`)).toBe('denied');
    } finally {
      await client.end();
    }
  });

  it('an organization cannot write a row of another organization, nor a reference to one', async () => {
    await expect(
      given.database.withOrganization(ours, (tx) =>
        tx.query(`INSERT INTO app.connector_slugs (organization_id, slug, connector_id) VALUES ($1, 'aa', 'con_x')`, [
          theirs.organizationId,
        ]),
      ),
    ).rejects.toThrow(/row-level security/);
    const { rows } = await given.superuser.query<{ id: string }>(
      'SELECT id FROM app.connectors WHERE organization_id = $1',
      [theirs.organizationId],
    );
    await expect(
      given.database.withOrganization(ours, (tx) =>
        tx.query(
          `INSERT INTO app.versions (organization_id, id, connector_id, number, source_digest, typecheck, activate,
             submitted_by) VALUES ($1, 'ver_x', $2, 1, 'd', true, false, '{}')`,
          [ours.organizationId, rows[0]?.id],
        ),
      ),
    ).rejects.toThrow(/foreign key/);
  });
});

describe('withOrganization', () => {
  it('refuses a scope without an organization id before it opens a transaction', async () => {
    await expect(given.database.withOrganization({ organizationId: '' }, async () => 1)).rejects.toMatchObject({
      code: 'organizations.not_found',
    });
  });

  it('keeps 2000 interleaved requests of two organizations apart, with errors and broken statements between', async () => {
    await given.connector(ours, 'ours-only');
    await given.connector(theirs, 'theirs-only');
    let seed = 20261121;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const foreign: string[] = [];
    let failed = 0;
    await Promise.all(
      Array.from({ length: 2000 }, async (_, index) => {
        const [scope, wanted] = index % 2 === 0 ? [ours, 'ours-only'] : [theirs, 'theirs-only'];
        const fate = random();
        try {
          await given.database.withOrganization(scope, async (tx) => {
            if (fate < 0.1) throw new Error('before the query');
            if (fate < 0.15) await tx.query("SET app.organization_id = 'org_stolen'");
            if (fate < 0.2) await tx.query('SELECT 1 / 0');
            if (fate < 0.22) await tx.query('SELECT pg_cancel_backend(pg_backend_pid())');
            const { items } = await listConnectors(tx, { limit: 50 });
            const slugs = items.map((connector) => connector.slug);
            if (!slugs.includes(wanted) || slugs.some((slug) => slug.endsWith('-only') && slug !== wanted)) {
              foreign.push(slugs.join());
            }
            if (fate < 0.3) throw new Error('after the query');
          });
        } catch {
          failed += 1;
        }
      }),
    );
    expect(foreign).toEqual([]);
    expect(failed).toBeGreaterThan(400);
    const after = await given.database.withOrganization(ours, (tx) =>
      tx.query<{ id: string }>("SELECT current_setting('app.organization_id') AS id"),
    );
    expect(after).toEqual([{ id: ours.organizationId }]);
  });

  it('throws data.unavailable when the database is unreachable', async () => {
    const { createDatabase } = await import('../src/database/index.ts');
    const away = createDatabase({ url: 'postgresql://patchbay_app:x@127.0.0.1:1/none', poolSizeMax: 1 });
    await expect(away.withOrganization(ours, async () => 1)).rejects.toMatchObject({ code: 'data.unavailable' });
    await expect(away.lookups.findOrganization('x')).rejects.toMatchObject({ code: 'data.unavailable' });
    await expect(away.ping()).rejects.toMatchObject({ code: 'data.unavailable' });
    await away.close();
  });
});
