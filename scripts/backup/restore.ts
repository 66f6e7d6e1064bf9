import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { findServiceAccount, noteMade, openDirectories } from '@patchbay/embedded';
import { InstanceLock } from '../../apps/launcher/src/files/instance-lock.ts';
import { listArchive, unpackArchive } from './archive.ts';
import { DATA_FOLDERS, DEMO_FILE, KEY_FILES, SHRED_KEYS_FOLDER } from './back-up.ts';

/**
 * Puts a backup into a data directory that holds no installation. The keys come last: an interrupted restore has none
 * and is refused as unfinished, never started half.
 *
 * @throws Error when the directory holds an installation, or part of one
 */
export async function restore(dataFile: string, keysFile: string, dataDirectory: string): Promise<void> {
  const directories = await openDirectories(dataDirectory);
  const lock = await InstanceLock.acquire(directories.run);
  try {
    const { data, shared, postgres } = directories;
    const taken = [path.join(data, 'passwords.json'), path.join(postgres, 'PG_VERSION')].find((file) =>
      existsSync(file),
    );
    if (taken)
      throw new Error(`${dataDirectory} holds an installation, or part of one (${taken}). Restore into a new one.`);
    await unpackArchive(dataFile, { folder: shared, names: [path.relative(shared, postgres)] });
    await unpackArchive(dataFile, { folder: data, names: DATA_FOLDERS });
    const account = findServiceAccount(['postgres']);
    if (account) await promisify(execFile)('chown', ['-R', `${account.uid}:${account.gid}`, postgres]);
    const listed = await listArchive(keysFile);
    const hasShredKeys = listed.some((name) => name.startsWith(`${SHRED_KEYS_FOLDER}/`));
    if (hasShredKeys) await unpackArchive(keysFile, { folder: data, names: [SHRED_KEYS_FOLDER] });
    const keys = listed.includes(DEMO_FILE) ? ([...KEY_FILES, DEMO_FILE] as const) : KEY_FILES;
    await unpackArchive(keysFile, { folder: data, names: keys });
    await noteMade(data, ['database', ...keys]);
  } finally {
    await lock.release();
  }
}
