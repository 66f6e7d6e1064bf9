import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory, waitFor } from '@patchbay/testing';
import pg from 'pg';
import { afterAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { migrate, withDatabase } from '../src/index.ts';

let url: string;
let directory: string;
const databases: string[] = [];

async function query(connection: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  const name = `migrate_${Math.random().toString(36).slice(2)}`;
  const { superuserUrl } = inject('services');
  await query(superuserUrl, `CREATE DATABASE ${name}`);
  databases.push(name);
  url = withDatabase(superuserUrl, name);
  directory = await temporaryDirectory('migrations');
});
afterAll(async () => {
  for (const name of databases) await query(inject('services').superuserUrl, `DROP DATABASE ${name} WITH (FORCE)`);
});

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(directory, name), { recursive: true });
  await writeFile(path.join(directory, name, 'migration.sql'), sql);
}

const run = () => migrate({ ownerUrl: url, directory });

describe('migrate', () => {
  it('refuses a migration that was edited after it was applied', async () => {
    await write('1_one', 'CREATE TABLE one (id int)');
    await run();
    await write('1_one', 'CREATE TABLE one (id bigint)');
    await expect(run()).rejects.toMatchObject({ code: 'start.migration_edited', data: { migration: '1_one' } });
  });

  it('keeps nothing of a migration that fails, names its line, and applies it once it is corrected', async () => {
    await write('1_one', 'CREATE TABLE one (id int);\n\nCREATE TABLE two (id nonsense);');
    await expect(run()).rejects.toMatchObject({
      code: 'start.migration_failed',
      message: expect.stringMatching(/1_one failed: type "nonsense" does not exist \(line 3\)/),
    });
    expect(await query(url, `SELECT to_regclass('one') AS one`)).toEqual([{ one: null }]);
    await write('1_one', 'CREATE TABLE one (id int)');
    expect(await run()).toEqual(['1_one']);
  });

  it('refuses to continue after a migration outside of a transaction has failed half way', async () => {
    await write('1_one', 'CREATE TABLE one (id int)');
    await write('2_index', 'DROP INDEX CONCURRENTLY no_such_index');
    await expect(run()).rejects.toMatchObject({ code: 'start.migration_failed' });
    await expect(run()).rejects.toMatchObject({ code: 'start.migration_unfinished', data: { migration: '2_index' } });
  });

  it('names the cause again at every start while an index cannot be built, and builds it once it can', async () => {
    await write('1_one', 'CREATE TABLE one (id int); INSERT INTO one VALUES (1), (1)');
    await write('2_index', 'CREATE UNIQUE INDEX CONCURRENTLY one_key ON one (id)');
    for (let start = 1; start <= 2; start++) {
      await expect(run()).rejects.toMatchObject({
        code: 'start.migration_failed',
        detail: expect.stringContaining('could not create unique index'),
      });
    }
    await query(url, 'DELETE FROM one');
    expect(await run()).toEqual(['2_index']);
    const valid = `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = 'one_key'::regclass`;
    expect(await query(url, valid)).toEqual([{ valid: true }]);
  });

  it('builds an index again whose build was interrupted by the end of its runner', async () => {
    await write('1_one', 'CREATE TABLE one (id int)');
    await run();
    await write('2_index', 'CREATE INDEX CONCURRENTLY one_id ON one (id)');
    // A build waits for transactions that may still write the table: time to end the runner's session.
    const writer = new pg.Client({ connectionString: url });
    await writer.connect();
    await writer.query('BEGIN; INSERT INTO one VALUES (1)');
    const interrupted = expect(run()).rejects.toMatchObject({ code: 'start.migration_failed' });
    const builder = `SELECT pid FROM pg_stat_activity 
      WHERE datname = current_database() AND query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'`;
    await waitFor(async () => (await query(url, builder)).length === 1, { what: 'the build to wait for the writer' });
    await query(url, `SELECT pg_terminate_backend(pid) FROM (${builder}) AS building`);
    await interrupted;
    await writer.query('COMMIT');
    await writer.end();
    expect(await run()).toEqual(['2_index']);
    expect(await run()).toEqual([]);
  });

  it('applies missing migrations in the order of their names, also functions and concurrent indexes', async () => {
    await write('2_function', `CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END $$;`);
    await write('1_one', 'CREATE TABLE one (id int)');
    await write('3_index', 'CREATE INDEX CONCURRENTLY one_id ON one (id)');
    expect(await run()).toEqual(['1_one', '2_function', '3_index']);
    expect(await run()).toEqual([]);
  });

  it('lets two migration runners at once apply each migration once', async () => {
    await write('1_slow', 'CREATE TABLE one (id int); SELECT pg_sleep(0.2);');
    await write('2_index', 'CREATE INDEX CONCURRENTLY one_id ON one (id)');
    const applied = await Promise.all([run(), run()]);
    expect(applied.flat().sort()).toEqual(['1_slow', '2_index']);
    const locks = () => query(url, `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid = 72707369`);
    await waitFor(async () => (await locks()).length === 0, { what: 'the lock to be given back' });
  });
});
