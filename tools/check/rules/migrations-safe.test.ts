import { describe, expect, it } from 'vitest';
import { objections } from '../objections.ts';
import { migrationsSafe } from './migrations-safe.ts';

describe('migrations-safe', () => {
  const migrate = (sql: string, name = '20261121090000_add_x') =>
    objections(migrationsSafe, { [`prisma/migrations/${name}/migration.sql`]: sql });

  it.each([
    ['an index that locks', 'CREATE INDEX a ON calls (x);'],
    ['a concurrent index beside something else', 'CREATE INDEX CONCURRENTLY a ON calls (x);\nSELECT 1;'],
    ['a column dropped at once', 'ALTER TABLE calls DROP COLUMN x;'],
    ['a table dropped at once', 'DROP TABLE calls;'],
    ['a foreign key that scans', 'ALTER TABLE calls ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES b (id);'],
    ['a column no old row can have', 'ALTER TABLE calls ADD COLUMN x text NOT NULL;'],
    ['a rename', 'ALTER TABLE calls RENAME COLUMN x TO y;'],
  ])('refuses a migration with %s', async (_, sql) => {
    expect(await migrate(sql)).toHaveLength(1);
  });

  it('refuses a migration whose folder has no time and name', async () => {
    expect(await migrate('SELECT 1;', 'init')).toHaveLength(1);
  });

  it('accepts changes of a table created in the same file, a lone concurrent index and a declared drop', async () => {
    expect(await migrate('CREATE TABLE "calls" (id text);\nCREATE INDEX a ON "calls" (id);')).toEqual([]);
    expect(await migrate('CREATE UNIQUE INDEX CONCURRENTLY a ON calls (x);')).toEqual([]);
    expect(await migrate('-- contract: 20261101090000_stop_using_x\nALTER TABLE calls DROP COLUMN x;')).toEqual([]);
    expect(await migrate("DO $$ BEGIN EXECUTE 'DROP TABLE x;'; END $$;\nSELECT ';DROP TABLE y;';")).toEqual([]);
  });
});
