import { Secret } from '@patchbay/foundation';
import { CuttableProxy, createTestDatabase } from '@patchbay/testing';
import { expect, it, onTestFinished } from 'vitest';
import { createAuthPool } from '../../src/identity/lazy-auth.ts';

it('a connection of the identity pool that is lost during a statement does not end the gateway', async () => {
  const uncaught: unknown[] = [];
  const collect = (error: unknown) => void uncaught.push(error);
  process.on('uncaughtExceptionMonitor', collect);
  const database = await createTestDatabase();
  const proxy = await CuttableProxy.start(database.urls.auth);
  const pool = createAuthPool(new Secret(proxy.url), () => {});
  onTestFinished(async () => {
    process.off('uncaughtExceptionMonitor', collect);
    await pool.end();
    await proxy.close();
    await database.drop();
  });

  // As better-auth's query builder takes one: out of the pool, for one or more statements.
  const client = await pool.connect();
  proxy.endAt('SELECT 1 AS one');
  await expect(client.query('SELECT 1 AS one')).rejects.toThrow('Connection terminated unexpectedly');
  client.release();
  expect((await pool.query('SELECT 2 AS two')).rows).toEqual([{ two: 2 }]);
  expect(uncaught).toEqual([]);
});
