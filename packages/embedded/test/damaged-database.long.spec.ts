import { DAMAGES } from '@patchbay/testing';
import { expect, it } from 'vitest';
import { DamagedDatabase } from './damaged-database.ts';

/** Files of one class are written and read by the same code: relations of a database, segments of a log. */
function classOf(file: string): string {
  return file
    .replace(/^base\/\d+\/\d+(_fsm|_vm)?$/, (_name, fork = '') => `base/relation${fork}`)
    .replace(/^base\/\d+\//, 'base/database/')
    .replace(/^global\/\d+(_fsm|_vm)?$/, (_name, fork = '') => `global/relation${fork}`)
    .replace(/\/[0-9A-F]{4,24}$/, '/segment');
}

it('a start with a damaged database file of any class refuses it by name or loses nothing', async () => {
  const database = await DamagedDatabase.create();
  const classes = new Map<string, string>();
  for (const file of await database.files()) if (!classes.has(classOf(file))) classes.set(classOf(file), file);
  classes.set('a whole table', database.tableFile);
  const outcomes: Record<string, string> = {};
  for (const [name, file] of classes) {
    for (const damage of DAMAGES) outcomes[`${name} ${damage}`] = await database.round(file, damage);
  }
  // Files that differ from the list are refused, even if PostgreSQL itself would start with them.
  for (const name of ['PG_VERSION', 'global/pg_control', 'pg_xact/segment', 'a whole table']) {
    for (const damage of DAMAGES) expect(outcomes[`${name} ${damage}`], `${name} ${damage}`).toBe('refused');
  }
  console.info(JSON.stringify(outcomes, null, 1));
  expect(Object.keys(outcomes).length).toBeGreaterThan(80);
  expect(Object.values(outcomes).filter((outcome) => outcome === 'refused').length).toBeGreaterThan(40);
}, 1_200_000);
