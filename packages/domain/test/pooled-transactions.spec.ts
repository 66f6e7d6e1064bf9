import { skipUnless } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeAll, expect } from 'vitest';
import { createConnector, listConnectors } from '../src/connectors/index.ts';
import { createDatabase, type Database } from '../src/database/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';
import { type Pgbouncer, pgbouncerMissing, startPgbouncer } from './pgbouncer.ts';

const { describe, it } = skipUnless(pgbouncerMissing === null, pgbouncerMissing ?? '');

/** 2000 in `npm run test:long`. */
const REQUESTS = process.env.PATCHBAY_TEST_LONG === '1' ? 2000 : 500;

let given: Given;
let pooler: Pgbouncer;
/** Two gateways, each with a pool of its own, that share three sessions of the server. */
let gateways: Database[];
let organizations: GivenOrganization[];

beforeAll(async () => {
  if (pgbouncerMissing !== null) return;
  given = await startGiven();
  pooler = await startPgbouncer(given.test.urls.app, 3);
  gateways = [1, 2].map(() => createDatabase({ url: pooler.url, poolSizeMax: 6 }));
  organizations = [await given.organization(), await given.organization()];
  for (const organization of organizations) await given.connector(organization, `only-${organization.slug}`);
});
afterAll(async () => {
  await Promise.all((gateways ?? []).map((gateway) => gateway.close()));
  await pooler?.close();
  await given?.close();
});

const PID = 'SELECT pg_backend_pid() AS pid';

/** A client without any of our care. */
async function bareClient(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: pooler.url });
  await client.connect();
  return client;
}

const slugsOf = async (gateway: Database, organization: GivenOrganization) =>
  gateway.withOrganization(organization, async (tx) => {
    const { items } = await listConnectors(tx, { limit: 50 });
    return items.map((connector) => connector.slug).filter((slug) => slug.startsWith('only-'));
  });

describe('behind pgbouncer in transaction mode', () => {
  it('the next client finds what another one left in a pooled session, so that the next tests can fail', async () => {
    const clients = await Promise.all([bareClient(), bareClient(), bareClient()]);
    // All three at once, so that each has a session of its own.
    const inEach = async (sql: string, values: unknown[] = []) => {
      await Promise.all(clients.map((client) => client.query('BEGIN')));
      const pids = await Promise.all(clients.map((client) => client.query<{ pid: number }>(PID)));
      await Promise.all(clients.map((client) => client.query(sql, values)));
      await Promise.all(clients.map((client) => client.query('COMMIT')));
      return new Set(pids.map(({ rows }) => rows[0]?.pid));
    };
    const scope = [organizations[0]?.organizationId];
    expect((await inEach("SELECT set_config('app.organization_id', $1, false)", scope)).size).toBe(3);
    const next = await bareClient();
    const { rows } = await next.query('SELECT count(*)::int AS count FROM app.connectors');
    expect(rows).toEqual([{ count: 1 }]);
    await inEach('RESET app.organization_id');
    await Promise.all([...clients, next].map((client) => client.end()));
  });

  it('requests of two organizations, with errors and cancelled queries between, see no foreign row', async () => {
    let seed = 20261121;
    const random = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    const foreign: string[] = [];
    let failed = 0;
    let whole = 0;
    const before = await pooler.transactions();
    const indexes = Array.from({ length: REQUESTS }, (_, index) => index).values();
    const request = async (index: number) => {
      const organization = organizations[index % 2] as GivenOrganization; // two were made
      const gateway = gateways[index % 3 === 0 ? 0 : 1] as Database; // two were made
      const fate = random();
      try {
        await gateway.withOrganization(organization, async (tx) => {
          if (fate < 0.05) throw new Error('before the query');
          if (fate < 0.1) await tx.query('SELECT 1 / 0');
          if (fate < 0.15) await tx.query('SELECT pg_cancel_backend(pg_backend_pid())');
          if (fate < 0.17) await tx.query("SELECT set_config('statement_timeout', '1', true), pg_sleep(0.01)");
          if (fate < 0.25) await createConnector(tx, SYSTEM, { slug: `made-${index}` });
          const { items } = await listConnectors(tx, { limit: 50 });
          const slugs = items.map((connector) => connector.slug).filter((slug) => slug.startsWith('only-'));
          if (slugs.some((slug) => slug !== `only-${organization.slug}`)) foreign.push(slugs.join());
          if (fate < 0.3) throw new Error('after the query');
          whole += 1;
        });
      } catch {
        failed += 1;
      }
    };
    // 24 at a time, over 12 connections, over 3 sessions.
    await Promise.all(
      Array.from({ length: 24 }, async () => {
        for (const index of indexes) await request(index);
      }),
    );
    expect(foreign).toEqual([]);
    expect(failed).toBeGreaterThan(REQUESTS * 0.2);
    expect(whole).toBeGreaterThan(REQUESTS * 0.6);
    // The requests alone; looks at the statistics are not counted.
    expect((await pooler.transactions()) - before).toBeGreaterThan(REQUESTS * 0.9);
    for (const gateway of gateways) {
      for (const organization of organizations) {
        expect(await slugsOf(gateway, organization)).toEqual([`only-${organization.slug}`]);
      }
    }
  }, 90_000);

  it('a client without a scope sees no row in any of the pooled sessions', async () => {
    for (const gateway of gateways) {
      for (let time = 0; time < 6; time += 1) {
        expect(await gateway.lookups.findOrganization(organizations[0]?.slug ?? '')).toEqual({
          organizationId: organizations[0]?.organizationId,
        });
      }
    }
    const bare = await bareClient();
    for (let time = 0; time < 6; time += 1) {
      const { rows } = await bare.query('SELECT count(*)::int AS count FROM app.connectors');
      expect(rows).toEqual([{ count: 0 }]);
    }
    await bare.end();
  });
});
