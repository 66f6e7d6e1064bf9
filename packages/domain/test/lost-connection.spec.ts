import { CuttableProxy } from '@patchbay/testing';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDatabase, type Database } from '../src/database/index.ts';
import { type Given, type GivenOrganization, startGiven } from './given.ts';

let given: Given;
let organization: GivenOrganization;
let proxy: CuttableProxy;
let database: Database;

/** Errors that would end a process of the platform. */
const uncaught: unknown[] = [];
const collect = (error: unknown) => void uncaught.push(error);

beforeAll(async () => {
  given = await startGiven();
  organization = await given.organization();
  proxy = await CuttableProxy.start(given.test.urls.app);
  process.on('uncaughtExceptionMonitor', collect);
});
afterAll(async () => {
  process.off('uncaughtExceptionMonitor', collect);
  await proxy?.close();
  await given?.close();
});
beforeEach(() => {
  uncaught.length = 0;
  database = createDatabase({ url: proxy.url, poolSizeMax: 2 });
});
afterEach(() => database.close());

const one = () => database.withOrganization(organization, (tx) => tx.query<{ one: number }>('SELECT 1 AS one'));
const failing = () => database.withOrganization(organization, (tx) => tx.query('SELECT 1 / 0'));

describe('a connection to the database that is lost', () => {
  it.each([
    ['at the first statement', 'BEGIN', one, { code: 'data.unavailable' }],
    ['in the middle of a transaction', 'SELECT 1 AS one', one, { code: 'data.unavailable' }],
    ['at the commit', 'COMMIT', one, { code: 'data.unavailable' }],
    ['at the rollback of a failed transaction', 'ROLLBACK', failing, {}],
    ['while it is emptied after a failed transaction', 'DISCARD ALL', failing, {}],
  ])('a connection lost %s ends no process, and the next transaction works', async (_when, statement, work, error) => {
    proxy.endAt(statement);
    await expect(work()).rejects.toMatchObject(error);
    expect(await one()).toEqual([{ one: 1 }]);
    // As many as the pool has: none of them is the lost one.
    expect(await Promise.all([one(), one()])).toEqual([[{ one: 1 }], [{ one: 1 }]]);
    expect(uncaught).toEqual([]);
  });
});
