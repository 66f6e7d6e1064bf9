import path from 'node:path';
import { AppError } from '@patchbay/foundation';
import { compareFiles, forgetFiles, type ListedFiles } from '../directories/file-list.ts';

/** PostgreSQL's messages about damaged files at its start; each line of its log names the file. */
const DAMAGE = new RegExp(
  [
    'not a valid data directory',
    'does not contain valid data',
    'could not find the database system',
    'could not locate a valid checkpoint record',
    'incorrect checksum in control file',
    'database files are incompatible',
    'could not (read|open|access|load|fsync) (the )?(server )?(configuration )?(file|directory|status of transaction)?',
    'could not load .*\\.conf',
    'contains (errors|no entries)',
    'invalid page in block',
    'bogus data in lock file',
    'lock file ".*" is empty',
    'unexpected (pageaddr|timeline)',
  ].join('|'),
  'i',
);

/** Classes of SQLSTATE that mean damaged files: data_corrupted, index_corrupted, undefined_file, io_error. */
const DAMAGE_STATES = ['XX001', 'XX002', '58P01', '58030'];

/** The cause of a server's end before it started. `log` is its output since it was started. */
export function startFailureCode(log: string): 'start.disk_full' | 'start.database_damaged' | 'start.postgres_failed' {
  if (/no space left/i.test(log)) return 'start.disk_full';
  // A mistyped setting is no damage, though the file with it "contains errors".
  if (/unrecognized configuration parameter|invalid value for parameter/i.test(log)) return 'start.postgres_failed';
  return DAMAGE.test(log) ? 'start.database_damaged' : 'start.postgres_failed';
}

export function isDamage(sqlState: string | undefined): boolean {
  return sqlState !== undefined && DAMAGE_STATES.includes(sqlState);
}

/** The files of a database and the list of them beside it. */
export function databaseFiles(directory: string): ListedFiles {
  return {
    directory,
    listFile: `${directory}.files.json`,
    // Settings are the operator's to edit, and PostgreSQL reads them at once; statistics are made again.
    skips: (file) => /(^postmaster\.|\.conf$|(^|\/)pg_internal\.init$|^pg_stat(_tmp)?\/|(^|\/)pgsql_tmp)/.test(file),
    // Each record has its own checksum, and after a stop in order hardly any is read.
    sizeOnly: (file) => file.startsWith(`pg_wal${path.sep}`),
  };
}

/**
 * Refuses files that changed while nothing ran: PostgreSQL itself would take an emptied table for an empty one.
 *
 * @throws AppError start.database_damaged naming every such file, start.file_damaged
 */
export async function refuseChangedFiles(directory: string): Promise<void> {
  const files = databaseFiles(directory);
  const differences = await compareFiles(files);
  if (differences.length === 0) return forgetFiles(files);
  const shown = differences.slice(0, 10).map((difference) => `  - ${difference}`);
  if (differences.length > shown.length) shown.push(`  - and ${differences.length - shown.length} more`);
  throw new AppError('start.database_damaged', {
    detail: `Files of the database changed since the platform was stopped:\n${shown.join('\n')}\n  If you changed the database yourself meanwhile: rm ${files.listFile}`,
    data: { files: differences },
  });
}
