import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../src/index.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('a test database', () => {
  it.each(['app', 'auth', 'queue'] as const)('does not let patchbay_%s create a table in public', async (role) => {
    await expect(query(database.urls[role], 'CREATE TABLE public.x (id int)')).rejects.toThrow(/permission denied/);
  });

  it('the test database refuses a role with a wrong password', async () => {
    const url = new URL(database.urls.app);
    url.password = 'wrong';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
  });

  it.each(['owner', 'app', 'auth', 'queue'] as const)('the role patchbay_%s connects as itself', async (role) => {
    const rows = await query(database.urls[role], 'SELECT current_user::text AS name, current_database() AS database');
    expect(rows).toEqual([{ name: `patchbay_${role}`, database: database.name }]);
  });
});
