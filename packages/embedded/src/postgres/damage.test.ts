import { expect, it } from 'vitest';
import { startFailureCode } from './damage.ts';

it.each([
  ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'start.disk_full'],
  ['PANIC:  could not locate a valid checkpoint record at 0/17DCFF8', 'start.database_damaged'],
  ['FATAL:  incorrect checksum in control file', 'start.database_damaged'],
  ['PANIC:  could not read file "global/pg_control": read 12 of 296', 'start.database_damaged'],
  ['DETAIL:  File "/d/PG_VERSION" does not contain valid data.', 'start.database_damaged'],
  ['FATAL:  could not load /d/pg_hba.conf', 'start.database_damaged'],
  ['FATAL:  lock file "postmaster.pid" already exists', 'start.postgres_failed'],
  ['error while loading shared libraries: libicuuc.so.60', 'start.postgres_failed'],
])('a start of PostgreSQL that logs %s fails with %s', (log, code) => {
  expect(startFailureCode(`LOG:  starting PostgreSQL\n${log}\n`)).toBe(code);
});
