import { statfs } from 'node:fs/promises';

/** Below this share of a disk the platform says that it gets full. */
export const DISK_LOW_SHARE = 0.05;
/** The last share of a disk is kept for calls: nothing is uploaded or built into it. */
export const DISK_RESERVE_SHARE = 0.01;

export interface DiskSpace {
  /** What a process without special rights may still write. */
  readonly freeBytes: number;
  /** What such a process could write on the empty disk. */
  readonly totalBytes: number;
}

/** The disk below a directory. @throws what the file system says when the directory is not there */
export async function readDiskSpace(directory: string): Promise<DiskSpace> {
  const { bavail, bfree, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: (blocks - (bfree - bavail)) * bsize };
}

/** Some file systems count nothing and say 0 for everything: those are never full. */
export function isBelowShare({ freeBytes, totalBytes }: DiskSpace, share: number): boolean {
  return totalBytes > 0 && freeBytes < totalBytes * share;
}
