import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

const MINUTE_MS = 60 * 1000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** A deploy may be about to read it. */
const IN_USE_MS = 30 * MINUTE_MS;

export interface TrimLimits {
  /** Bytes of all tarballs together. */
  readonly bytesMax: number;
  /** Tarballs no deploy used for this long go, however much room there is. */
  readonly unusedMs: number;
}

interface Kept {
  readonly file: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** Removes the tarballs used longest ago until the store fits, and downloads that were broken off. Returns how many. */
export async function trimPackageStore(directory: string, limits: TrimLimits, now = Date.now()): Promise<number> {
  const kept: Kept[] = [];
  let removed = 0;
  const remove = async (file: string) => {
    await rm(file, { force: true });
    removed += 1;
  };
  for (const file of await filesIn(directory)) {
    const found = await stat(file).catch(() => null);
    if (found === null) continue;
    // `PackageStore` writes the time of use; a file that is just being downloaded carries its last write in both.
    const usedAt = found.atimeMs;
    const isUnfinished = path.basename(file).startsWith('.');
    const isOld = now - usedAt > (isUnfinished ? DAY_MS : limits.unusedMs);
    if (isOld) await remove(file);
    else if (!isUnfinished) kept.push({ file, bytes: found.size, usedAt });
  }
  kept.sort((one, other) => one.usedAt - other.usedAt);
  let bytes = kept.reduce((sum, item) => sum + item.bytes, 0);
  for (const item of kept) {
    if (bytes <= limits.bytesMax || now - item.usedAt < IN_USE_MS) break;
    await remove(item.file);
    bytes -= item.bytes;
  }
  return removed;
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}
