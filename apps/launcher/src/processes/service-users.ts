import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Directories, findClosedDirectory, isMapped, type ServiceUid, serviceUid } from '@patchbay/embedded';
import { APP_NAMES, type AppName, compileCache, KEYHOLDER_ROLES, keyholderSockets } from './process-environment.ts';

/**
 * Which user each process runs as. Started as root only the spawner stays root, since it starts sandboxes under users of
 * their own; the others get a user each, so that what breaks into one reaches neither the machine nor another's files.
 */
export type ServiceUsers = Readonly<Record<AppName, ServiceUid | null>>;

/** All processes run as the user who started the platform. */
export const SAME_USER: ServiceUsers = {
  spawner: null,
  keyholder: null,
  supervisor: null,
  gateway: null,
  worker: null,
  dashboard: null,
};

export interface ServiceUsersPlan {
  readonly users: ServiceUsers;
  /** Why processes run as root, one sentence; null when they do not, or when the platform was not started as root. */
  readonly refusal: string | null;
}

/**
 * Plans the users. Gateway and worker share a group: both read and write artifacts and ask the supervisor.
 *
 * @param needed directories that every process must be able to enter: those of the checkout and of Node
 */
export function planServiceUsers(directories: Directories, needed: readonly string[]): ServiceUsersPlan {
  if (process.getuid?.() !== 0) return { users: SAME_USER, refusal: null };
  const users = {
    spawner: null,
    supervisor: serviceUid(directories.shared, 3, 3),
    gateway: serviceUid(directories.shared, 0, 0),
    worker: serviceUid(directories.shared, 1, 0),
    dashboard: serviceUid(directories.shared, 2, 2),
    keyholder: serviceUid(directories.shared, 4, 4),
  };
  if (![users.dashboard, users.supervisor, users.keyholder].every(isMapped)) {
    return { users: SAME_USER, refusal: 'this machine maps too few users for one of each process.' };
  }
  // The data directory itself is opened for them later.
  for (const directory of [...needed, path.dirname(directories.data)]) {
    const closed = findClosedDirectory(directory, users.dashboard);
    if (closed !== null) return { users: SAME_USER, refusal: `users other than root cannot enter ${closed}.` };
  }
  return { users, refusal: null };
}

/** Gives each user the directories it works in. Files of a start as another user change their owner too. */
export async function handOverDirectories(directories: Directories, users: ServiceUsers): Promise<void> {
  const { gateway, worker, supervisor, keyholder } = users;
  if (gateway === null || worker === null || supervisor === null || keyholder === null) return;
  // Others pass through to what is theirs and cannot list what there is.
  await chmod(directories.data, 0o711);
  await chmod(directories.downloads, 0o755);
  await give(directories.spool, gateway, 0o700);
  await give(directories.artifacts, gateway, 0o770);
  await give(directories.packages, worker, 0o755);
  await removeFormerFiles(directories.sandbox);
  await give(directories.supervised, supervisor, 0o755);
  // The socket made there has the group of its callers, which the supervisor is not in itself.
  await give(directories.supervisorSocket, { uid: supervisor.uid, gid: gateway.gid }, 0o2750);
  await give(directories.spawnerSocket, { uid: 0, gid: supervisor.gid }, 0o710);
  await give(directories.keyholder, keyholder, 0o700);
  await openKeyholderSockets(directories, users, keyholder.gid);
  for (const name of APP_NAMES) {
    const directory = compileCache(directories, name);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chmod(path.dirname(directory), 0o711);
    const user = users[name];
    if (user !== null) await give(directory, user, 0o700);
  }
}

/** Removes what a supervisor made that ran as root: it makes them again, where it may write now. */
async function removeFormerFiles(sandboxDirectory: string): Promise<void> {
  for (const name of await readdir(sandboxDirectory)) {
    if (!/^(programs|snapshots|toolchain.*)$/.test(name)) continue;
    await rm(path.join(sandboxDirectory, name), { recursive: true, force: true });
  }
}

/** Each role's directory is its own user's, and the keyholder's group makes the socket in it: no other user comes to it. */
async function openKeyholderSockets(directories: Directories, users: ServiceUsers, gid: number): Promise<void> {
  const sockets = keyholderSockets(directories);
  await mkdir(sockets, { recursive: true });
  await chmod(sockets, 0o711);
  for (const role of KEYHOLDER_ROLES) {
    const directory = path.join(sockets, role);
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chown(directory, users[role]?.uid ?? 0, gid);
    await chmod(directory, 0o770);
  }
}

async function give(directory: string, user: ServiceUid, mode: number): Promise<void> {
  const { uid, gid } = await stat(directory);
  if (uid !== user.uid || gid !== user.gid) await giveTree(directory, user, mode);
  else await chmod(directory, mode);
}

async function giveTree(directory: string, user: ServiceUid, mode: number): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const child = path.join(directory, entry.name);
    if (entry.isDirectory()) await giveTree(child, user, mode);
    else if (entry.isFile()) await chown(child, user.uid, user.gid);
  }
  await chmod(directory, mode);
  // Last, so that a start that was killed here begins again.
  await chown(directory, user.uid, user.gid);
}
