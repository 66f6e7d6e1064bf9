import { createHash, randomUUID } from 'node:crypto';
import { chmod, lstat, mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AppError, readSystemError } from '@patchbay/foundation';
import { z } from 'zod';
import { endLeftServer } from '../postgres/cluster.ts';
import { endLeftRedis } from '../redis/start-redis.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { makeOwnDirectory } from './own-directory.ts';

/** Every directory of an installation, absolute. Those below `data` are for the owner alone (mode 0700). */
export interface Directories {
  /** D: PATCHBAY_DATA. */
  readonly data: string;
  readonly logs: string;
  /** Locks and pids of the starter. */
  readonly run: string;
  readonly spool: string;
  readonly downloads: string;
  readonly artifacts: string;
  /**
   * S: what other accounts of the machine must reach. Started as root it lies outside of D, which they cannot enter;
   * else below D, since then everything runs as the same user.
   */
  readonly shared: string;
  readonly postgres: string;
  readonly redis: string;
  /** Sockets of PostgreSQL and the supervisor. Short: the kernel takes 107 characters for the whole path. */
  readonly sockets: string;
  readonly sandbox: string;
  readonly packages: string;
  /** Programs copied for this installation. */
  readonly programs: string;
}

/** `.s.PGSQL.5432` below `sockets/postgres`, and what sandboxes add below `sandbox`, must fit into 107 characters. */
const SHARED_LENGTH_MAX = 50;
/** First match wins; the second is for a machine whose /var/lib cannot be written. */
const SHARED_PARENTS = ['/var/lib', '/var/tmp'];
const MARK = 'installation.json';

/**
 * Makes the directories of an installation and checks that nobody else could have.
 *
 * @throws AppError start.directory_unusable, start.disk_full
 */
export async function openDirectories(dataDirectory: string): Promise<Directories> {
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const data = await realpath(dataDirectory);
    await chmod(data, 0o700);
    const shared = await openSharedDirectory(data);
    const directories = layOut(data, shared);
    for (const key of ['logs', 'run', 'spool', 'downloads', 'artifacts', 'sockets'] as const) {
      await mkdir(directories[key], { recursive: true, mode: 0o700 });
    }
    for (const key of ['sandbox', 'packages', 'programs'] as const) {
      await mkdir(directories[key], { recursive: true, mode: 0o755 });
    }
    // Other accounts pass through to the one socket or directory that is theirs, and cannot list what there is.
    if (isRoot()) await chmod(directories.sockets, 0o711);
    return directories;
  } catch (error) {
    throw directoryError(error, dataDirectory);
  }
}

function layOut(data: string, shared: string): Directories {
  return {
    data,
    logs: path.join(data, 'logs'),
    run: path.join(data, 'run'),
    spool: path.join(data, 'spool'),
    downloads: path.join(data, 'downloads'),
    artifacts: path.join(data, 'artifacts'),
    shared,
    postgres: path.join(shared, 'postgres'),
    redis: path.join(shared, 'redis'),
    sockets: path.join(shared, 'run'),
    sandbox: path.join(shared, 'sandbox'),
    packages: path.join(shared, 'packages'),
    programs: path.join(shared, 'programs'),
  };
}

/** Ties S to D: a D that was removed and made anew must not meet the database of its predecessor. */
async function openSharedDirectory(data: string): Promise<string> {
  const id = await installationId(data);
  const beside = path.join(data, 'shared');
  if (!isRoot() && beside.length <= SHARED_LENGTH_MAX) {
    await mkdir(beside, { recursive: true, mode: 0o700 });
    return beside;
  }
  const name = `patchbay-${createHash('sha256').update(data).digest('hex').slice(0, 12)}`;
  const shared = await makeOwnDirectory(
    (isRoot() ? SHARED_PARENTS : ['/var/tmp']).map((parent) => path.join(parent, name)),
  );
  const mark = await readMark(shared);
  if (mark?.id !== id) {
    await emptySharedDirectory(shared);
    await writeFileAtomically(path.join(shared, MARK), JSON.stringify({ id, dataDirectory: data }));
  }
  return shared;
}

async function installationId(data: string): Promise<string> {
  const known = await readMark(data);
  if (known) return known.id;
  const id = randomUUID();
  await writeFileAtomically(path.join(data, MARK), JSON.stringify({ id, dataDirectory: data }));
  return id;
}

const installationMark = z.object({ id: z.string(), dataDirectory: z.string() });
type Mark = z.output<typeof installationMark>;

async function readMark(directory: string): Promise<Mark | null> {
  const text = await readFile(path.join(directory, MARK), 'utf8').catch(() => null);
  return text === null ? null : installationMark.parse(JSON.parse(text));
}

async function emptySharedDirectory(shared: string): Promise<void> {
  await endLeftServer(path.join(shared, 'postgres'));
  await endLeftRedis(path.join(shared, 'redis'));
  for (const entry of await readdir(shared)) await rm(path.join(shared, entry), { recursive: true, force: true });
}

/**
 * Removes shared directories whose installation lay below the system's temporary directory and is gone. Others are
 * never removed on a guess: a data directory may be on a disk that is not mounted at the moment.
 */
export async function removeAbandonedDirectories(): Promise<readonly string[]> {
  const removed: string[] = [];
  for (const parent of SHARED_PARENTS) {
    for (const name of await readdir(parent).catch(() => [])) {
      if (!/^patchbay-[0-9a-f]{12}$/.test(name)) continue;
      const shared = path.join(parent, name);
      const found = await lstat(shared).catch(() => null);
      if (!found?.isDirectory() || found.uid !== process.getuid?.()) continue;
      const mark = await readMark(shared).catch(() => null);
      if (mark === null || !mark.dataDirectory.startsWith(`${tmpdir()}${path.sep}`)) continue;
      if ((await readMark(mark.dataDirectory).catch(() => null))?.id === mark.id) continue;
      await emptySharedDirectory(shared);
      await rm(shared, { recursive: true, force: true });
      removed.push(shared);
    }
  }
  return removed;
}

/** Removes an installation: its data and its shared directory. It must not run. */
export async function removeInstallation(dataDirectory: string): Promise<void> {
  const directories = await openDirectories(dataDirectory);
  await emptySharedDirectory(directories.shared);
  await rm(directories.shared, { recursive: true, force: true });
  await rm(directories.data, { recursive: true, force: true });
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

function directoryError(error: unknown, directory: string): unknown {
  const { code, path: where = directory } = readSystemError(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new AppError('start.disk_full', { detail: `There is no space left for ${where}.`, cause: error });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new AppError('start.directory_unusable', { detail: `${where} cannot be used (${code}).`, cause: error });
  }
  return error;
}
