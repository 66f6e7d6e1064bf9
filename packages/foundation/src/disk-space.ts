import { statfs } from 'node:fs/promises';

/** Below this share of free space the platform warns that a disk is nearly full. */
export const DISK_LOW_SHARE = 0.05;
/** The last share of a disk is kept for calls: nothing is uploaded or built into it. */
export const DISK_RESERVE_SHARE = 0.01;

export interface DiskSpace {
  /** Bytes that a process without privileges may still write. */
  readonly freeBytes: number;
  /** Bytes that such a process could write on the empty disk. */
  readonly totalBytes: number;
}

/** The disk below a directory. @throws the file system's error when the directory does not exist */
export async function readDiskSpace(directory: string): Promise<DiskSpace> {
  const { bavail, bfree, blocks, bsize } = await statfs(directory);
  return { freeBytes: bavail * bsize, totalBytes: (blocks - (bfree - bavail)) * bsize };
}

/** Some file systems count nothing and report 0 for everything: those are never full. */
export function isBelowShare({ freeBytes, totalBytes }: DiskSpace, share: number): boolean {
  return totalBytes > 0 && freeBytes < totalBytes * share;
}
