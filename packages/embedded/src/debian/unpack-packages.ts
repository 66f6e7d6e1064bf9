import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** A slow mirror must not hold up a start for longer. */
const APT_TIMEOUT_MS = 60_000;

export interface UnpackOptions {
  /** Debian package names; what they need and the machine lacks comes along. */
  readonly packages: readonly string[];
  /** Where the files go: `<directory>/usr/bin/…`. Kept for later starts. */
  readonly directory: string;
  /** The PATH with apt and dpkg: all that they are given of our environment. */
  readonly searchPath: string;
}

/**
 * Unpacks Debian packages into a directory, without root and without changing the system: apt works on state of its
 * own and checks the archive's signatures as always; no maintainer script runs.
 *
 * @throws Error with apt's own words
 */
export async function unpackDebianPackages(options: UnpackOptions): Promise<void> {
  if (await exists(options.directory)) return;
  await mkdir(path.dirname(options.directory), { recursive: true });
  const work = await mkdtemp(`${options.directory}.`);
  try {
    const apt = await createPrivateApt(work, options.searchPath);
    const names = new Set([...options.packages, ...(await missingDependencies(apt, options.packages))]);
    const downloads = path.join(work, 'downloads');
    await mkdir(downloads);
    await apt(['download', ...names], downloads);
    const root = path.join(work, 'root');
    for (const file of await readdir(downloads)) {
      await run('dpkg-deb', ['--extract', path.join(downloads, file), root], { timeout: APT_TIMEOUT_MS });
    }
    await rename(root, options.directory);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** `lib` directories of unpacked packages, for LD_LIBRARY_PATH. */
export async function libraryPathOf(directory: string): Promise<string> {
  const parents = [path.join(directory, 'usr/lib'), path.join(directory, 'lib')];
  const found = await Promise.all(
    parents.map(async (parent) => {
      const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
      const triplets = entries.filter((entry) => entry.isDirectory() && entry.name.endsWith('-linux-gnu'));
      return [parent, ...triplets.map((entry) => path.join(parent, entry.name))];
    }),
  );
  return found.flat().join(':');
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
    // What is installed on the machine is read from it, so that only what lacks is downloaded.
    'Dir::State::status=/var/lib/dpkg/status',
    `Dir::Cache=${cache}`,
    'Acquire::Retries=1',
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
