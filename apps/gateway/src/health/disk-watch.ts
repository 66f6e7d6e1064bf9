import {
  AppError,
  DISK_RESERVE_SHARE,
  describeDisk,
  isBelowShare,
  isLow,
  readDisks,
  type WatchedDisk,
} from '@patchbay/foundation';
import { type Condition, conditionOf } from '@patchbay/foundation/process';

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
        internal: full.map(describeDisk).join('; '),
      });
    },
  };
}

/** Degraded at 5 % left; names what stops at 1 %. */
export function diskCondition(disks: readonly WatchedDisk[]): Condition {
  const reasons = disks
    .filter(isLow)
    .map((disk) =>
      isBelowShare(disk, DISK_RESERVE_SHARE)
        ? `${describeDisk(disk)}: uploads and deploys are refused until space is freed`
        : describeDisk(disk),
    );
  return conditionOf(reasons, { disks });
}
