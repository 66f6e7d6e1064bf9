import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { bubblewrapFile, preparedDirectory } from '@patchbay/testing';

const MAIN = path.resolve(import.meta.dirname, '../../../spawner/src/main.ts');

export interface GivenSpawner {
  readonly socketPath: string;
  /** Below it are files that sandboxes may see. */
  readonly root: string;
  /** Outside of it. */
  readonly directory: string;
  process: ChildProcess;
  /** The log so far. */
  log(): string;
  /** Another process in its place. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/** The spawner as a process of its own, for a supervisor of this user. */
export async function givenSpawner(uid: number): Promise<GivenSpawner> {
  const directory = await mkdtemp('/var/tmp/patchbay-spawner-');
  await chmod(directory, 0o711);
  const [socketDirectory, root] = [path.join(directory, 'run'), path.join(directory, 'seen')];
  await mkdir(socketDirectory, { mode: 0o711 });
  const socketPath = path.join(socketDirectory, 'spawner.sock');
  let text = '';
  const start = async () => {
    const child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATCHBAY_MODE: 'development',
        SPAWNER_SOCKET: socketPath,
        SPAWNER_SUPERVISOR_UID: String(uid),
        SPAWNER_SUPERVISOR_GID: String(uid),
        SPAWNER_SUPERVISOR_DIR: root,
        // The programs of all specs, where the tarballs of builds would be.
        PACKAGE_STORE_DIR: preparedDirectory(),
        SPAWNER_DIR: path.join(directory, 'spawner'),
        BWRAP_PATH: bubblewrapFile(),
      },
    });
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error(`the spawner ended: ${text}`)));
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
    return child;
  };
  const given: GivenSpawner = {
    socketPath,
    root,
    directory,
    process: await start(),
    log: () => text,
    startAgain: async () => {
      given.process = await start();
    },
    close: async () => {
      if (given.process.exitCode === null && given.process.signalCode === null) {
        given.process.kill('SIGTERM');
        await once(given.process, 'exit');
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
  return given;
}
