import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';
import { temporaryDirectory } from '../run/temporary-directory.ts';

/** Only root may mount one at a directory of its choice. */
export const canMountDisk = process.getuid?.() === 0 && process.platform === 'linux';

export interface SmallDisk {
  /** Where its files are, for this process and for programs started with `enter`. */
  readonly directory: string;
  /** The words to put before a command whose program must find the disk mounted there; none where every process does. */
  readonly enter: readonly string[];
  /** Takes all space but this many bytes; called again, it takes or gives back the difference. */
  fill(leaving?: number): Promise<void>;
  clear(): Promise<void>;
  unmount(): void | Promise<void>;
}

/** A disk of its own and of this size, in memory, at a directory that is made. */
export function mountSmallDisk(directory: string, bytes: number, mode = '0700'): SmallDisk {
  mkdirSync(directory, { recursive: true });
  execFileSync('mount', mountOf(directory, bytes, mode));
  return diskAt(directory, () => void execFileSync('umount', ['-l', directory]));
}

/**
 * A disk where this user may have one: as root at a directory of this run, else in a mount namespace of a process that
 * lives as long as the disk. The same path leads to it from outside, by a link through /proc, and from inside, where it
 * is mounted; but realpath(3) resolves it inside only. Programs that do that, PostgreSQL and the launcher among them,
 * are started with `enter`, which keeps their user and group. null where neither is allowed.
 *
 * @param mode `0755` where a service of another account keeps its files there
 * @see user_namespaces(7)
 */
export async function openSmallDisk(bytes: number, mode: '0700' | '0755' = '0700'): Promise<SmallDisk | null> {
  const parent = await temporaryDirectory('disk');
  if (mode === '0755') chmodSync(parent, 0o755);
  const directory = path.join(parent, 'mounted');
  if (canMountDisk) return mountSmallDisk(directory, bytes, mode);
  // The directory of the link is covered inside by one that holds the mount.
  const script = 'mount -t tmpfs tmpfs "$0" && mkdir "$0/mounted" && mount "$@" && echo mounted && exec cat';
  const words = [
    '--user',
    '--map-root-user',
    '--mount',
    'sh',
    '-c',
    script,
    parent,
    ...mountOf(directory, bytes, mode),
  ];
  const holder = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'ignore'] });
  const ended = once(holder, 'exit').catch(() => null); // no unshare here
  const mounted = once(holder.stdout, 'data').then(() => true);
  if (!(await Promise.race([mounted, ended.then(() => false)]))) return null;
  symlinkSync(`/proc/${holder.pid}/root${directory}`, directory);
  const unmount = async () => {
    holder.stdin.end(); // and with it the last process of the namespace
    await ended;
  };
  return diskAt(directory, unmount, enterWords(holder.pid));
}

/** Into the holder's namespaces, where this user is root, and from there into one where it is itself again. */
function enterWords(holder: number | undefined): string[] {
  const join = ['nsenter', '--user', '--mount', '--preserve-credentials', `--target=${holder}`];
  const account = [`--map-user=${process.getuid?.()}`, `--map-group=${process.getgid?.()}`];
  return [...join, 'unshare', '--user', ...account, `--wd=${process.cwd()}`];
}

function mountOf(directory: string, bytes: number, mode: string): string[] {
  return ['-t', 'tmpfs', '-o', `size=${bytes},mode=${mode}`, 'tmpfs', directory];
}

function diskAt(directory: string, unmount: SmallDisk['unmount'], enter: readonly string[] = []): SmallDisk {
  const ballast = path.join(directory, '.ballast');
  return {
    directory,
    enter,
    async fill(leaving = 0) {
      await rm(ballast, { force: true });
      const { bavail, bsize } = await statfs(directory);
      const file = await open(ballast, 'w');
      try {
        const block = Buffer.alloc(bsize);
        const blocks = bavail - Math.ceil(leaving / bsize);
        for (let written = 0; written < blocks; written += 1) await file.write(block);
      } catch (error) {
        // Another process wrote meanwhile: the disk is full, as required.
        if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
      } finally {
        await file.close();
      }
    },
    clear: () => rm(ballast, { force: true }),
    unmount,
  };
}
