import { createHash, randomUUID } from 'node:crypto';
import { chmod, mkdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { AppError, readSystemError } from '@patchbay/foundation';
import { decideInstallation } from './decide-installation.ts';
import { inspectInstallation, isRoot, SHARED_LENGTH_MAX, SHARED_PARENTS, whatIsMade } from './inspect-installation.ts';
import { writeMark } from './installation-mark.ts';
import { makeOwnDirectory } from './own-directory.ts';

/** Every directory of an installation, absolute. Those below `data` are for the owner alone (mode 0700). */
export interface Directories {
  /** D: PATCHBAY_DATA. */
  readonly data: string;
  readonly logs: string;
  /** Locks and pids of the launcher. */
  readonly run: string;
  readonly spool: string;
  /** Shred keys of organizations: the keyholder's alone, and in no backup of the database. */
  readonly keyholder: string;
  readonly downloads: string;
  readonly artifacts: string;
  /**
   * S: files that other accounts of the machine must reach. Started as root it is outside of D, which they cannot
   * enter; else below D, since then everything runs as the same user.
   */
  readonly shared: string;
  readonly postgres: string;
  readonly redis: string;
  /** Sockets of our processes. Short: the kernel takes 107 characters for the full path. */
  readonly sockets: string;
  /** The directory of the socket of each, for those who may call it. */
  readonly supervisorSocket: string;
  readonly spawnerSocket: string;
  /** Files of sandboxes. */
  readonly sandbox: string;
  /** The part of them that the supervisor makes: programs, snapshots, tools of builds. */
  readonly supervised: string;
  readonly packages: string;
  /** Programs copied for this installation. */
  readonly programs: string;
}

export interface OpenOptions {
  /** false: PostgreSQL is an external server, so the shared directory holds nothing that must be kept. */
  readonly hasOwnDatabase?: boolean;
  /** Set to a sentence when an installation was moved, and its shared directory found again. */
  readonly onMoved?: (text: string) => void;
}

/**
 * Opens the directories of an installation, or creates them where there is nothing of one. Nothing is ever emptied or
 * removed here: contradictions are refused, naming the files and the remedy.
 *
 * @throws AppError start.installation_incomplete, start.installation_copied, start.file_damaged,
 * start.directory_unusable, start.disk_full
 */
export async function openDirectories(dataDirectory: string, options: OpenOptions = {}): Promise<Directories> {
  const { hasOwnDatabase = true, onMoved } = options;
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    const data = await realpath(dataDirectory);
    // As root other users may be on their way through it: those of a platform that runs, beside which this start is refused.
    await chmod(data, isRoot() ? (await stat(data)).mode & 0o711 : 0o700);
    const directories = layOut(data, await openShared(data, { hasOwnDatabase, onMoved: onMoved ?? (() => {}) }));
    for (const key of ['logs', 'run', 'spool', 'keyholder', 'downloads', 'artifacts', 'sockets'] as const) {
      await mkdir(directories[key], { recursive: true, mode: 0o700 });
    }
    for (const key of ['sandbox', 'supervised', 'packages', 'programs'] as const) {
      await mkdir(directories[key], { recursive: true, mode: 0o755 });
    }
    // Other accounts pass through to the socket or directory that is theirs, and cannot list what there is.
    if (isRoot()) await chmod(directories.sockets, 0o711);
    for (const key of ['supervisorSocket', 'spawnerSocket'] as const) {
      await mkdir(directories[key], { recursive: true, mode: 0o700 });
    }
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
    keyholder: path.join(data, 'keyholder'),
    downloads: path.join(data, 'downloads'),
    artifacts: path.join(data, 'artifacts'),
    shared,
    postgres: path.join(shared, 'postgres'),
    redis: path.join(shared, 'redis'),
    sockets: path.join(shared, 'run'),
    supervisorSocket: path.join(shared, 'run', 'supervisor'),
    spawnerSocket: path.join(shared, 'run', 'spawner'),
    sandbox: path.join(shared, 'sandbox'),
    supervised: path.join(shared, 'sandbox', 'supervisor'),
    packages: path.join(shared, 'packages'),
    programs: path.join(shared, 'programs'),
  };
}

/** Ties S to D by the id in both: neither is used with the data of another installation. */
async function openShared(data: string, options: Required<OpenOptions>): Promise<string> {
  const facts = await inspectInstallation(data, options.hasOwnDatabase);
  const decision = decideInstallation(facts);
  if (decision.action === 'refuse') throw new AppError(decision.code, { detail: decision.detail });
  const known = facts.mark.state === 'read' ? facts.mark.mark : null;
  const id = known?.id ?? randomUUID();
  const shared = decision.shared ?? (await makeSharedDirectory(data, id));
  await refuseUnfit(data, shared);
  if (known !== null && known.dataDirectory !== data) {
    options.onMoved(`${known.dataDirectory} is ${data} now; its shared directory stays ${shared}`);
  }
  const made = await whatIsMade(data, path.join(shared, 'postgres'), known?.made ?? []);
  await writeMark(data, shared, { id, dataDirectory: data, sharedDirectory: shared, made });
  return shared;
}

async function makeSharedDirectory(data: string, id: string): Promise<string> {
  const beside = path.join(data, 'shared');
  if (!isRoot() && beside.length <= SHARED_LENGTH_MAX) {
    await mkdir(beside, { recursive: true, mode: 0o700 });
    return beside;
  }
  const name = `patchbay-${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;
  return makeOwnDirectory((isRoot() ? SHARED_PARENTS : ['/var/tmp']).map((parent) => path.join(parent, name)));
}

/** A shared directory that was right where it was made may not be where the data was moved to, or for who starts now. */
async function refuseUnfit(data: string, shared: string): Promise<void> {
  if (shared.length > SHARED_LENGTH_MAX) {
    throw new AppError('start.directory_unusable', {
      detail: `${shared} has ${shared.length} characters, and sockets in it need a path of at most ${SHARED_LENGTH_MAX}. Move ${data} to a shorter path.`,
    });
  }
  if (isRoot() && shared.startsWith(data + path.sep)) {
    const { uid } = await stat(shared);
    throw new AppError('start.directory_unusable', {
      detail: `${data} was made by the user with the uid ${uid}, with its database in ${shared}. Start as that user, not as root.`,
    });
  }
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
