import { stat } from 'node:fs/promises';
import { DISK_LOW_SHARE, type DiskSpace, isBelowShare, readDiskSpace } from './disk-space.ts';

/** A disk with the watched directories on it. */
export interface WatchedDisk extends DiskSpace {
  readonly directories: readonly string[];
}

/** The disks below these directories, each once; a directory that is not there is left out. */
export async function readDisks(directories: readonly string[]): Promise<WatchedDisk[]> {
  const disks = new Map<number, WatchedDisk>();
  for (const directory of new Set(directories)) {
    const found = await Promise.all([stat(directory), readDiskSpace(directory)]).catch(() => null);
    if (found === null) continue;
    const [{ dev }, space] = found;
    disks.set(dev, { ...space, directories: [...(disks.get(dev)?.directories ?? []), directory] });
  }
  return [...disks.values()];
}

/** Whether the disk gets full, which its operator should know before it is. */
export function isLow(disk: WatchedDisk): boolean {
  return isBelowShare(disk, DISK_LOW_SHARE);
}

/** For operators: `0.9 % left (1.9 of 200 MiB) below /data, /data/spool`. */
export function describeDisk({ directories, freeBytes, totalBytes }: WatchedDisk): string {
  const percent = ((freeBytes / totalBytes) * 100).toFixed(1);
  return `${percent} % left (${mebibytes(freeBytes)} of ${mebibytes(totalBytes)} MiB) below ${directories.join(', ')}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0);
}
