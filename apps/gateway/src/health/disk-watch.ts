import { stat } from 'node:fs/promises';
import {
  AppError,
  DISK_LOW_SHARE,
  DISK_RESERVE_SHARE,
  type DiskSpace,
  isBelowShare,
  readDiskSpace,
} from '@patchbay/foundation';
import { type Condition, conditionOf } from '@patchbay/foundation/process';

/** A disk with those of the watched directories that lie on it. */
export interface WatchedDisk extends DiskSpace {
  readonly directories: readonly string[];
}

export interface DiskWatch {
  /** For `/health`. */
  condition(): Promise<Condition>;
  /**
   * Uploads end before calls do: the last share of every disk that the platform writes to is kept for those.
   * @throws AppError artifacts.no_space
   */
  refuseUploads(): Promise<void>;
}

/** `directories` that are not there yet are watched from when they are. */
export function createDiskWatch(directories: readonly string[]): DiskWatch {
  return {
    condition: async () => diskCondition(await readDisks(directories)),
    async refuseUploads() {
      const full = (await readDisks(directories)).filter((disk) => isBelowShare(disk, DISK_RESERVE_SHARE));
      if (full.length === 0) return;
      throw new AppError('artifacts.no_space', {
        detail: 'Less than 1 % of a disk of this installation is free, and calls need that.',
        internal: full.map(describe).join('; '),
      });
    },
  };
}

async function readDisks(directories: readonly string[]): Promise<WatchedDisk[]> {
  const disks = new Map<number, WatchedDisk>();
  for (const directory of new Set(directories)) {
    const found = await Promise.all([stat(directory), readDiskSpace(directory)]).catch(() => null);
    if (found === null) continue;
    const [{ dev }, space] = found;
    disks.set(dev, { ...space, directories: [...(disks.get(dev)?.directories ?? []), directory] });
  }
  return [...disks.values()];
}

/** Degraded at 5 % left; names what stops at 1 %. */
export function diskCondition(disks: readonly WatchedDisk[]): Condition {
  const reasons = disks
    .filter((disk) => isBelowShare(disk, DISK_LOW_SHARE))
    .map((disk) =>
      isBelowShare(disk, DISK_RESERVE_SHARE)
        ? `${describe(disk)}: uploads and deploys are refused until space is freed`
        : describe(disk),
    );
  return conditionOf(reasons, { disks });
}

function describe({ directories, freeBytes, totalBytes }: WatchedDisk): string {
  const percent = ((freeBytes / totalBytes) * 100).toFixed(1);
  return `${percent} % left (${mebibytes(freeBytes)} of ${mebibytes(totalBytes)} MiB) below ${directories.join(', ')}`;
}

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 100 * 2 ** 20 ? 1 : 0);
}
