import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { readSystemError } from '@patchbay/foundation';
import { findProgram } from './find-program.ts';

const run = promisify(execFile);
/** A mirror that does not answer must not hold up a start for longer. */
const MIRROR_TIMEOUT_SECONDS = 20;
/** apt itself takes half a minute on a machine that is busy with something else, and large packages take theirs. */
const APT_TIMEOUT_MS = 600_000;

export interface UnpackOptions<T> {
  /** Debian package names; what they need and the machine lacks comes along. */
  readonly packages: readonly string[];
  /** Where the files go: `<directory>/usr/bin/…`. Kept for later starts, of this and of other processes. */
  readonly directory: string;
  /** The PATH with apt and dpkg: all that they are given of our environment. */
  readonly searchPath: string;
  /** Called before anything is downloaded. */
  onUnpack?(): void;
  /** Completes what was unpacked, in `root`, before it appears in `directory`. */
  prepare?(root: string): Promise<void>;
  /** Proves that the unpacked program is usable. One that fails is unpacked again, once. */
  check(): Promise<T>;
}

/**
 * Unpacks Debian packages into a directory, without root and without changing the system: apt works on state of its
 * own and checks the archive's signatures as always; no maintainer script runs. Many processes may ask for the same
 * directory at once; one unpacks, and the directory appears when it is complete.
 *
 * @throws Error with apt's own words, or what `check` throws
 */
export async function unpackDebianPackages<T>(options: UnpackOptions<T>): Promise<T> {
  const { directory } = options;
  const found = await checked(options);
  if (found) return found.value;
  await mkdir(path.dirname(directory), { recursive: true });
  return withFileLock(`${directory}.lock`, `${options.searchPath}:${SYSTEM_PATH}`, async () => {
    // Another process may have been quicker.
    const already = await checked(options);
    if (already) return already.value;
    options.onUnpack?.();
    await rm(directory, { recursive: true, force: true });
    await unpack(options);
    return options.check();
  });
}

/** null: nothing is there, or what is there no longer runs, for example because the system was upgraded below it. */
async function checked<T>(options: UnpackOptions<T>): Promise<{ readonly value: T } | null> {
  if (!(await exists(options.directory))) return null;
  return options.check().then(
    (value) => ({ value }),
    () => null,
  );
}

async function unpack({ packages, directory, searchPath, prepare }: UnpackOptions<unknown>): Promise<void> {
  const work = await mkdtemp(`${directory}.`);
  try {
    const apt = await createPrivateApt(work, searchPath);
    const names = new Set([...packages, ...(await missingDependencies(apt, packages))]);
    const downloads = path.join(work, 'downloads');
    await mkdir(downloads);
    await apt(['download', ...names], downloads);
    const root = path.join(work, 'root');
    for (const file of await readdir(downloads)) {
      await run('dpkg-deb', ['--extract', path.join(downloads, file), root], {
        timeout: APT_TIMEOUT_MS,
        env: { PATH: `${searchPath}:${SYSTEM_PATH}` },
      });
    }
    await prepare?.(root);
    await rename(root, directory).catch((error: unknown) => {
      // Without flock another process may have put the same there meanwhile.
      if (!['ENOTEMPTY', 'EEXIST'].includes(readSystemError(error).code ?? '')) throw error;
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Directories with shared libraries among unpacked packages, for LD_LIBRARY_PATH. */
export async function libraryPathOf(directory: string): Promise<string> {
  const parents = [path.join(directory, 'usr/lib'), path.join(directory, 'lib')];
  const found = await Promise.all(
    parents.map(async (parent) => {
      const triplets = (await directoriesIn(parent)).filter((name) => name.endsWith('-linux-gnu'));
      // Some libraries keep a private one beside themselves and look for it below /usr/lib only.
      const nested = triplets.map(async (triplet) => {
        const below = (await directoriesIn(triplet)).map(async (folder) =>
          (await hasLibraries(folder)) ? [folder] : [],
        );
        return [triplet, ...(await Promise.all(below)).flat()];
      });
      return [parent, ...(await Promise.all(nested)).flat()];
    }),
  );
  return found.flat().join(':');
}

async function directoriesIn(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(parent, entry.name));
}

async function hasLibraries(folder: string): Promise<boolean> {
  return (await readdir(folder)).some((name) => /^lib.+\.so(\.|$)/.test(name));
}

type Apt = (args: readonly string[], cwd?: string) => Promise<string>;

/** apt checks signatures with programs of the system; they are looked up here, whatever PATH we were given. */
const SYSTEM_PATH = '/usr/sbin:/usr/bin:/sbin:/bin';

async function createPrivateApt(work: string, searchPath: string): Promise<Apt> {
  const state = path.join(work, 'state');
  const cache = path.join(work, 'cache');
  await mkdir(path.join(state, 'lists/partial'), { recursive: true });
  await mkdir(path.join(cache, 'archives/partial'), { recursive: true });
  const settings = [
    `Dir::State=${state}`,
    // Packages installed on the machine are read from it, so that only missing ones are downloaded.
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
    'Acquire::Retries=1',
    `Acquire::http::Timeout=${MIRROR_TIMEOUT_SECONDS}`,
    `Acquire::https::Timeout=${MIRROR_TIMEOUT_SECONDS}`,
    'Acquire::Languages=none',
    // apt's own account cannot enter directories of mode 0700; signatures are checked all the same.
    ...(process.getuid?.() === 0 ? ['APT::Sandbox::User=root'] : []),
  ].flatMap((setting) => ['-o', setting]);
  const apt: Apt = async (args, cwd = work) => {
    const { stdout } = await run('apt-get', ['-qq', ...settings, ...args], {
      cwd,
      timeout: APT_TIMEOUT_MS,
      maxBuffer: 16 * 2 ** 20,
      env: { PATH: `${searchPath}:${SYSTEM_PATH}`, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' },
    });
    return stdout;
  };
  await apt(['update']);
  return apt;
}

/** Names of the packages that an installation would add. Lines are `'URL' name_version_arch.deb size hash`. */
async function missingDependencies(apt: Apt, packages: readonly string[]): Promise<string[]> {
  const plan = await apt(['install', '--no-install-recommends', '--print-uris', '--yes', ...packages]);
  return [...plan.matchAll(/^'[^']+' ([^_ ]+)_\S+\.deb /gm)].map((match) => match[1] ?? '');
}

async function exists(directory: string): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  );
}

/**
 * Does the work while no other process does the like under this file. The kernel holds the lock, through flock(1), so a
 * process that is killed leaves none behind. Where there is no flock the work is done without: it must be safe then too.
 */
async function withFileLock<T>(file: string, searchPath: string, work: () => Promise<T>): Promise<T> {
  const program = await findProgram(['flock'], searchPath);
  if (program === null) return work();
  // The holder ends, and with it the lock, when its input does: because we close it, or because we are gone.
  const holder = spawn(program, [file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: searchPath },
  });
  const ended = once(holder, 'exit').catch(() => undefined);
  await Promise.race([once(holder.stdout, 'data'), ended]);
  try {
    return await work();
  } finally {
    holder.stdin.on('error', () => {}); // it may have ended by itself
    holder.stdin.end();
    await ended;
  }
}
