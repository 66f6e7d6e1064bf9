import { DAMAGES } from '@patchbay/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { DamagedDatabase } from './damaged-database.ts';

let database: DamagedDatabase;
beforeAll(async () => {
  database = await DamagedDatabase.create();
}, 60_000);

describe('a database file that changed while nothing ran', () => {
  it.each(['PG_VERSION', 'global/pg_control', 'pg_xact/0000', 'base/1/1259'])(
    'is refused by its name, however %s was damaged, and nothing is removed',
    async (file) => {
      for (const damage of DAMAGES) expect(await database.round(file, damage), damage).toBe('refused');
    },
    60_000,
  );

  it('is refused by its name when it is a whole table, which PostgreSQL itself would take for an empty one', async () => {
    const file = await database.tableFile();
    for (const damage of DAMAGES) expect(await database.round(file, damage), damage).toBe('refused');
  }, 60_000);
});

describe('a database file that was damaged by a crash', () => {
  it('is refused by PostgreSQL with the file and the way back', async () => {
    await database.forgetList();
    expect(await database.round('global/pg_control', 'filled with garbage')).toBe('refused');
  }, 60_000);
});
