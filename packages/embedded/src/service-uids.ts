import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** A numeric user and its group. Neither needs an entry in /etc/passwd, so that no account is ever created. */
export interface ServiceUid {
  readonly uid: number;
  readonly gid: number;
}

/** Above those of people and subordinate ranges, and apart from those of sandboxes, which begin at 700 000 000. */
const UID_BASE = 800_000_000;
/** Room for more processes of an installation than there are today. */
const UIDS_PER_INSTALLATION = 8;
const INSTALLATIONS = 2 ** 24;

/**
 * The user a process of an installation runs as when the platform is started as root. Derived from the directory, so
 * that a restart finds its files again and two installations on one machine do not meet.
 *
 * @param index 0 to 7, one per process of the installation
 * @param groupIndex processes with the same one share the group that may read what they share
 */
export function serviceUid(directory: string, index: number, groupIndex: number): ServiceUid {
  const hash = createHash('sha256').update(directory).digest();
  const first = UID_BASE + (hash.readUInt32BE(0) % INSTALLATIONS) * UIDS_PER_INSTALLATION;
  return { uid: first + index, gid: first + groupIndex };
}

/** Whether this machine lets a process run as the user: inside of a user namespace only what is mapped exists. */
export function isMapped(id: ServiceUid): boolean {
  return isInMap('/proc/self/uid_map', id.uid) && isInMap('/proc/self/gid_map', id.gid);
}

function isInMap(file: string, id: number): boolean {
  const rows = readFileSync(file, 'utf8').trim().split('\n');
  return rows.some((row) => {
    const [first = 0, , count = 0] = row.trim().split(/\s+/).map(Number);
    return id >= first && id < first + count;
  });
}

/** The first directory on the way to this one, itself included, that the user cannot enter; null when there is none. */
export function findClosedDirectory(directory: string, id: ServiceUid): string | null {
  const parts = path.resolve(directory).split(path.sep).slice(1);
  const way = parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`);
  const isClosed = (target: string) => spawnSync('test', ['-x', target], { uid: id.uid, gid: id.gid }).status !== 0;
  if (way.length === 0 || !isClosed(directory)) return null;
  return way.find(isClosed) ?? null;
}
