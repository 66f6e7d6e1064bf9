import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { readSystemError } from '@patchbay/foundation';
import { makeOwnDirectory } from '../directories/own-directory.ts';
import { findProgram } from './find-program.ts';
import { libraryPathOf, unpackDebianPackages } from './unpack-packages.ts';

const run = promisify(execFile);
const VERSION_TIMEOUT_MS = 10_000;

/** A program, or why there is none: some parts of the platform work without, and then report that. */
export type Found<T> = { readonly found: T } | { readonly missing: string };

export interface FindOptions {
  /** The PATH to look in first; apt and dpkg are found in it too. */
  readonly searchPath: string;
  /** Where programs are unpacked. Default: the cache that all commands of this account share. */
  readonly programs?: string;
  /** Called with one line before packages are downloaded. */
  say?(text: string): void;
}

export interface Program {
  readonly program: string;
  /** For a privately unpacked one: where its libraries are, for LD_LIBRARY_PATH. */
  readonly libraryPath?: string;
}

/** A program of the distribution. */
export interface DebianProgram {
  /** Its names in a search path. */
  readonly names: readonly string[];
  /** Packages that bring it, the first of which names the directory they are unpacked in. */
  readonly packages: readonly [string, ...string[]];
  /** Where it is below that directory. */
  readonly file: string;
  /** Completes what was unpacked: `root` holds it now, `directory` is where it will be. */
  prepare?(root: string, directory: string): Promise<void>;
}

/** Redis or Valkey from the search path, else Debian's Redis unpacked privately. */
export function findRedis(options: FindOptions): Promise<Found<Program>> {
  return findDebianProgram(
    {
      names: ['redis-server', 'valkey-server'],
      packages: ['redis-server', 'redis-tools'],
      file: 'usr/bin/redis-server',
    },
    options,
  );
}

/** bubblewrap from the search path, else Debian's unpacked privately. The one way to it, for every command of ours. */
export async function findBubblewrap(options: FindOptions): Promise<Found<string>> {
  const bubblewrap = await findDebianProgram(
    { names: ['bwrap'], packages: ['bubblewrap'], file: 'usr/bin/bwrap' },
    options,
  );
  return 'found' in bubblewrap ? { found: bubblewrap.found.program } : bubblewrap;
}

/** The program from the search path, else unpacked privately from the distribution's archive. It answers `--version`. */
export async function findDebianProgram(wanted: DebianProgram, options: FindOptions): Promise<Found<Program>> {
  const { searchPath } = options;
  const installed = await findProgram(wanted.names, searchPath);
  if (installed) return { found: { program: installed } };
  const { packages } = wanted;
  const names = packages.join(', ');
  if ((await findProgram(['apt-get'], searchPath)) === null) {
    return { missing: `not installed, and there is no apt-get to unpack the package from (${names})` };
  }
  try {
    const directory = path.join(options.programs ?? (await openProgramCache()), packages[0]);
    const found = await unpackDebianPackages({
      packages,
      directory,
      searchPath,
      onUnpack: () => options.say?.(`Unpacking ${names} from the distribution's archive, once and privately …`),
      prepare: async (root) => wanted.prepare?.(root, directory),
      check: async () => {
        const unpacked = { program: path.join(directory, wanted.file), libraryPath: await libraryPathOf(directory) };
        const env = { LD_LIBRARY_PATH: unpacked.libraryPath };
        await run(unpacked.program, ['--version'], { env, timeout: VERSION_TIMEOUT_MS });
        return unpacked;
      },
    });
    return { found };
  } catch (error) {
    const reason = readSystemError(error).stderr?.trim().split('\n')[0] || String(error);
    return { missing: `not installed, and the package (${names}) cannot be unpacked: ${reason}` };
  }
}

/**
 * Where programs that are not installed are unpacked: once for this account, whatever checkout or command needs them.
 * Started as root it is a directory that other accounts can enter, because services run under accounts of their own.
 *
 * @throws AppError start.directory_unusable, or a system error when nothing can be written
 */
function openProgramCache(): Promise<string> {
  const uid = process.getuid?.() ?? 0;
  const own = uid === 0 ? ['/var/cache/patchbay'] : homeCaches();
  return makeOwnDirectory([...own, `/var/tmp/patchbay-programs-${uid}`]);
}

/** Accounts such as `nobody` have a home directory that does not exist, or none at all. */
function homeCaches(): string[] {
  try {
    return [path.join(homedir(), '.cache/patchbay')];
  } catch {
    return [];
  }
}
