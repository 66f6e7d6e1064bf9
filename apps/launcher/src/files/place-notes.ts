import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AbandonedDirectory, listAbandonedDirectories } from '@patchbay/embedded';

const TEMPORARY = ['/tmp', '/var/tmp', '/dev/shm', '/run'];

/** Notes for a person about the directories of this installation, and the remains of others on this machine. */
export async function placeNotes(data: string): Promise<string[]> {
  return describePlace(data, tmpdir(), await listAbandonedDirectories());
}

export function describePlace(
  data: string,
  temporary: string,
  abandoned: readonly Pick<AbandonedDirectory, 'dataDirectory'>[],
): string[] {
  const notes: string[] = [];
  const emptied = [temporary, ...TEMPORARY].find((directory) => data.startsWith(directory + path.sep));
  if (emptied !== undefined) {
    notes.push(`the data is below ${emptied}, which this machine may empty at any time: set PATCHBAY_DATA.`);
  }
  if (abandoned.length > 0) {
    const lost =
      abandoned.length === 1
        ? 'one shared directory has lost the data directory it belonged to'
        : `${abandoned.length} shared directories have lost the data directories they belonged to`;
    notes.push(`${lost}: npm run reset -- --abandoned`);
  }
  return notes;
}
