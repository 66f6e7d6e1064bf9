import type { Damage } from '@patchbay/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { DamagedDatabase } from './damaged-database.ts';

let database: DamagedDatabase;
beforeAll(async () => {
  database = await DamagedDatabase.create();
});

/** Each damage once, each at a file of another kind. The long form walks over every class of file in every way. */
const REFUSED: [file: string, damage: Damage][] = [
  ['PG_VERSION', 'removed'],
  ['pg_xact/0000', 'emptied'],
  ['base/1/1259', 'cut'],
  ['global/pg_control', 'filled with garbage'],
];

describe('a database file that changed while nothing ran', () => {
  it.each(REFUSED)(
    'a start names a database file that changed and removes nothing, when %s was %s',
    async (file, damage) => {
      expect(await database.round(file, damage)).toBe('refused');
    },
    60_000,
  );

  it('refuses an emptied file of a whole table, which PostgreSQL itself would accept, by its name', async () => {
    expect(await database.round(database.tableFile, 'emptied')).toBe('refused');
  });
});

describe('a database file that was damaged by a crash', () => {
  it('PostgreSQL refuses a file that a crash damaged, and the error has its name and the way back', async () => {
    await database.forgetList();
    expect(await database.round('global/pg_control', 'filled with garbage')).toBe('refused');
  });
});
