import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnector, listConnectors } from '../src/connectors/index.ts';
import { createDatabase, type Database } from '../src/database/index.ts';
import { type Given, type GivenOrganization, SYSTEM, startGiven } from './given.ts';
import { startTransactionPooler, type TransactionPooler } from './transaction-pooler.ts';

/** 2000 in `npm run test:long`. */
const REQUESTS = process.env.PATCHBAY_TEST_LONG === '1' ? 2000 : 500;

let given: Given;
let pooler: TransactionPooler;
/** Two gateways, each with a pool of its own, that share three sessions of the server. */
let gateways: Database[];
let organizations: GivenOrganization[];

beforeAll(async () => {
  given = await startGiven();
  pooler = await startTransactionPooler(given.test.urls.app, { sessions: 3 });
  gateways = [1, 2].map(() => createDatabase({ url: pooler.url, poolSizeMax: 6 }));
  organizations = [await given.organization(), await given.organization()];
  for (const organization of organizations) await given.connector(organization, `only-${organization.slug}`);
});
afterAll(async () => {
  await Promise.all(gateways.map((gateway) => gateway.close()));
  await pooler.close();
  await given.close();
});

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

describe('behind a pooler in transaction mode', () => {
  it('what one client leaves in a session the next one finds, so that the next tests can fail', async () => {
    const [first, second] = await Promise.all([bareClient(), bareClient()]);
    const sessions = new Set<number>();
    for (let time = 0; time < 12; time += 1) {
      const { rows } = await first.query<{ pid: number }>(
        "SELECT set_config('app.organization_id', $1, false), pg_backend_pid() AS pid",
        [organizations[0]?.organizationId],
      );
      sessions.add(rows[0]?.pid ?? 0);
    }
    expect(sessions.size).toBe(3);
    const { rows } = await second.query('SELECT count(*)::int AS count FROM app.connectors');
    expect(rows).toEqual([{ count: 1 }]);
    for (let time = 0; time < 12; time += 1) await first.query('RESET app.organization_id');
    await Promise.all([first.end(), second.end()]);
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
    const before = pooler.statistics().transactions;
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
    expect(pooler.statistics().transactions - before).toBeGreaterThan(REQUESTS);
    for (const gateway of gateways) {
      for (const organization of organizations) {
        expect(await slugsOf(gateway, organization)).toEqual([`only-${organization.slug}`]);
      }
    }
  }, 90_000);

  it('nothing is seen without a scope, in any of the sessions', async () => {
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
