import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';

/** Only root may mount one. */
export const canMountDisk = process.getuid?.() === 0 && process.platform === 'linux';

export interface SmallDisk {
  readonly directory: string;
  /** Takes all space but this many bytes; called again, it takes or gives back the difference. */
  fill(leaving?: number): Promise<void>;
  clear(): Promise<void>;
  unmount(): void;
}

/** A disk of its own and of this size, in memory, at a directory that is made. */
export function mountSmallDisk(directory: string, bytes: number, mode = '0700'): SmallDisk {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=${mode}`, 'tmpfs', directory]);
  const ballast = path.join(directory, '.ballast');
  return {
    directory,
    async fill(leaving = 0) {
      await rm(ballast, { force: true });
      const { bavail, bsize } = await statfs(directory);
      const file = await open(ballast, 'w');
      try {
        const block = Buffer.alloc(bsize);
        const blocks = bavail - Math.ceil(leaving / bsize);
        for (let written = 0; written < blocks; written += 1) await file.write(block);
      } catch (error) {
        // Somebody else wrote meanwhile: it is full, which was asked for.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    clear: () => rm(ballast, { force: true }),
    unmount: () => void execFileSync('umount', ['-l', directory]),
  };
}
