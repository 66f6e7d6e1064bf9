import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { openDirectories } from '@patchbay/embedded';
import { InstanceLock } from '../../apps/launcher/src/files/instance-lock.ts';
import { packArchive } from './archive.ts';

/** The keys, stored apart from the data: both files together open every stored secret. */
export const KEY_FILES = ['master.key', 'auth.secret', 'passwords.json'] as const;
/** Kept with the keys, since it opens the demo; production and backups of older releases have none. */
export const DEMO_FILE = 'demo.json';
/** Shred keys of organizations; backups of older releases have none. */
export const SHRED_KEYS_FOLDER = 'keyholder';
/** Below the data directory; the database is in the shared directory. */
export const DATA_FOLDERS = ['artifacts', 'spool'] as const;

/**
 * Copies a stopped embedded installation: database files, artifacts and unsent usage into one file, the keys into
 * another. The database must be stopped cleanly, because its files are only then consistent without its log of writes.
 *
 * @throws AppError start.already_running; Error when the database is not stopped or a target exists
 */
export async function backUp(dataDirectory: string, dataFile: string, keysFile: string): Promise<void> {
  if (path.dirname(path.resolve(dataFile)) === path.dirname(path.resolve(keysFile))) {
    throw new Error('Data and keys go to different directories: together they open every stored secret.');
  }
  if (!existsSync(path.join(dataDirectory, 'installation.json'))) {
    throw new Error(`There is no installation in ${dataDirectory}.`);
  }
  const directories = await openDirectories(dataDirectory);
  const lock = await InstanceLock.acquire(directories.run);
  try {
    if (!existsSync(path.join(directories.postgres, 'PG_VERSION'))) {
      throw new Error('This installation has no embedded database. Back up the server of DATABASE_URL with pg_dump.');
    }
    if (existsSync(path.join(directories.postgres, 'postmaster.pid'))) {
      throw new Error('The database was not stopped cleanly. Start the platform once, stop it with Ctrl-C, try again.');
    }
    for (const file of [dataFile, keysFile])
      await mkdir(path.dirname(path.resolve(file)), { recursive: true, mode: 0o700 });
    const { data, shared, postgres } = directories;
    await packArchive(dataFile, [
      { folder: shared, names: [path.relative(shared, postgres)] },
      { folder: data, names: DATA_FOLDERS },
    ]);
    const others = [DEMO_FILE, SHRED_KEYS_FOLDER].filter((name) => existsSync(path.join(data, name)));
    await packArchive(keysFile, [{ folder: data, names: [...KEY_FILES, ...others] }]);
  } finally {
    await lock.release();
  }
}
