import { type ChildProcess, fork } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { compileCache } from '../run/run-caches.ts';

const ROOT = path.resolve(import.meta.dirname, '../../../..');
/** Directories of system programs; the platform's own are named by variables. */
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
const READY_DEADLINE_MS = 40_000;

export interface PlatformProcess {
  readonly pid: number;
  readonly logFile: string;
  /** All it was given. */
  readonly environment: Readonly<Record<string, string>>;
  /** `/health` and `/metrics` of the process that runs now. */
  readonly internalUrl: string;
  /** Sends the signal. Resolves when the process is gone, with its exit code; null when a signal killed it. */
  end(signal?: NodeJS.Signals): Promise<number | null>;
  /** Closes the channel, as the end of the launcher does. Resolves when the process is gone, with its exit code. */
  abandon(): Promise<number | null>;
  /** Starts it again, after `end`. Resolves when it serves. */
  restart(): Promise<void>;
}

export interface PlatformProcessOptions {
  /** Folder below `apps/`. */
  readonly app: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** One process of the platform, started as the launcher does: its own environment, an IPC channel, a log of its own. */
export async function startPlatformProcess(options: PlatformProcessOptions): Promise<PlatformProcess> {
  const logFile = path.join(options.directory, `${options.app}.log`);
  let { child, internalPort } = await start(options, logFile);
  const endBy = async (ask: () => void) => {
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    const gone = new Promise<number | null>((resolve) => child.once('exit', resolve));
    ask();
    return gone;
  };
  return {
    get pid() {
      return child.pid ?? 0;
    },
    logFile,
    environment: environmentOf(options.environment),
    get internalUrl() {
      return `http://127.0.0.1:${internalPort}`;
    },
    end: (signal = 'SIGTERM') => endBy(() => child.kill(signal)),
    abandon: () => endBy(() => child.disconnect()),
    async restart() {
      ({ child, internalPort } = await start(options, logFile));
    },
  };
}

/** As the launcher does, with a cache of compiled code. */
function environmentOf(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return { PATH: SYSTEM_PATH, ...compileCache(), ...own };
}

interface Started {
  readonly child: ChildProcess;
  readonly internalPort: number | undefined;
}

async function start({ app, environment }: PlatformProcessOptions, logFile: string): Promise<Started> {
  const child = fork(path.join(ROOT, 'apps', app, 'src/main.ts'), [], {
    cwd: ROOT,
    env: environmentOf(environment),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(logFile, { flags: 'a' });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  child.once('exit', () => log.end());
  const internalPort = await new Promise<number | undefined>((resolve, reject) => {
    const fail = async (how: string) => {
      const text = await readFile(logFile, 'utf8').catch(() => '');
      reject(new Error(`${app} ${how}\n${text.slice(-4_000)}`));
    };
    const late = setTimeout(() => void fail('was not ready in time'), READY_DEADLINE_MS);
    child.once('exit', (code) => void fail(`ended at start (${code})`));
    child.on('message', (message: { readonly type?: string; readonly internalPort?: number }) => {
      if (message.type !== 'ready') return;
      clearTimeout(late);
      child.removeAllListeners('exit');
      child.once('exit', () => log.end());
      resolve(message.internalPort);
    });
  });
  return { child, internalPort };
}
