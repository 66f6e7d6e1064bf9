import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '../../..');
/** Where system programs lie; the platform's own are named by variables. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const READY_DEADLINE_MS = 40_000;

export interface PlatformProcess {
  readonly pid: number;
  readonly logFile: string;
  /** Sends the signal and resolves when the process is gone. */
  end(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again, after `end`. Resolves when it serves. */
  restart(): Promise<void>;
}

export interface PlatformProcessOptions {
  /** Folder below `apps/`. */
  readonly app: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** One process of the platform, started as the starter does: its own environment, an IPC channel, a log of its own. */
export async function startPlatformProcess(options: PlatformProcessOptions): Promise<PlatformProcess> {
  const logFile = path.join(options.directory, `${options.app}.log`);
  let child = await start(options, logFile);
  return {
    get pid() {
      return child.pid ?? 0;
    },
    logFile,
    async end(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.kill(signal);
      await gone;
    },
    async restart() {
      child = await start(options, logFile);
    },
  };
}

async function start({ app, environment }: PlatformProcessOptions, logFile: string): Promise<ChildProcess> {
  const child = fork(path.join(ROOT, 'apps', app, 'src/main.ts'), [], {
    cwd: ROOT,
    env: { PATH: SYSTEM_PATH, ...environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.once('exit', () => log.end());
  await new Promise<void>((resolve, reject) => {
    const fail = async (how: string) => {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      reject(new Error(`${app} ${how}\n${text.slice(-4_000)}`));
    };
    const late = setTimeout(() => void fail('was not ready in time'), READY_DEADLINE_MS);
    child.once('exit', (code) => void fail(`ended at start (${code})`));
    child.on('message', (message: { readonly type?: string }) => {
      if (message.type !== 'ready') return;
      clearTimeout(late);
      child.removeAllListeners('exit');
      child.once('exit', () => log.end());
      resolve();
    });
  });
  return child;
}
