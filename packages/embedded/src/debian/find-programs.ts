import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { findProgram } from '../find-program.ts';
import type { RedisProgram } from '../redis/start-redis.ts';
import { readSystemError } from '../system-error.ts';
import { libraryPathOf, unpackDebianPackages } from './unpack-packages.ts';

const run = promisify(execFile);

/** A program, or why there is none: some parts of the platform work without, and then say so. */
export type Found<T> = { readonly found: T } | { readonly missing: string };

export interface FindOptions {
  /** The PATH to look in first; apt and dpkg are found in it too. */
  readonly searchPath: string;
  /** Where programs are unpacked for this installation. */
  readonly programs: string;
}

/** Redis or Valkey from the search path, else Debian's Redis unpacked privately. */
export async function findRedis(options: FindOptions): Promise<Found<RedisProgram>> {
  const installed = await findProgram(['redis-server', 'valkey-server'], options.searchPath);
  if (installed) return { found: { program: installed } };
  const directory = path.join(options.programs, 'redis');
  return unpacked(options, { packages: ['redis-server', 'redis-tools'], directory }, async () => {
    const program = path.join(directory, 'usr/bin/redis-server');
    const libraryPath = await libraryPathOf(directory);
    await run(program, ['--version'], { env: { LD_LIBRARY_PATH: libraryPath }, timeout: 5_000 });
    return { program, libraryPath };
  });
}

/** bubblewrap from the search path, else Debian's unpacked privately. */
export async function findBubblewrap(options: FindOptions): Promise<Found<string>> {
  const installed = await findProgram(['bwrap'], options.searchPath);
  if (installed) return { found: installed };
  const directory = path.join(options.programs, 'bubblewrap');
  return unpacked(options, { packages: ['bubblewrap'], directory }, async () => {
    const program = path.join(directory, 'usr/bin/bwrap');
    await run(program, ['--version'], { timeout: 5_000 });
    return program;
  });
}

async function unpacked<T>(
  options: FindOptions,
  what: { packages: readonly string[]; directory: string },
  check: () => Promise<T>,
): Promise<Found<T>> {
  const names = what.packages.join(', ');
  if ((await findProgram(['apt-get'], options.searchPath)) === null) {
    return { missing: `not installed, and there is no apt-get to unpack the package from (${names})` };
  }
  try {
    await unpackDebianPackages({ ...what, searchPath: options.searchPath });
    return { found: await check() };
  } catch (error) {
    const reason = readSystemError(error).stderr?.trim().split('\n')[0] || String(error);
    return { missing: `not installed, and the package (${names}) cannot be unpacked: ${reason}` };
  }
}
