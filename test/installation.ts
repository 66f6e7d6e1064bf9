import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { compileCache, freePort, linkRunCaches, RAISED_LIMITS } from '@patchbay/testing';

/** The file of `npm start` for people and programs that use the installation. */
export interface ReadyFile {
  origin: string;
  apiUrl: string;
  dashboardUrl: string;
  mcpUrl: string;
  organization: string;
  apiKey: string;
  mcpApiKey: string;
  signIn: { email: string; password: string };
  processes: Record<string, number>;
  sharedDirectory: string;
}

export interface InstallationOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly port?: number;
  readonly enter?: readonly string[];
}

const ROOT = path.resolve(import.meta.dirname, '..');

/** A Patchbay, started as its user starts it, in a data directory and on ports of its own. */
export class Installation {
  readonly dataDirectory: string;
  readonly port: number;
  readonly #environment: NodeJS.ProcessEnv;
  readonly #enter: readonly string[];
  #starter: ChildProcess | undefined;
  output = '';

  private constructor(
    dataDirectory: string,
    port: number,
    { environment, enter }: { environment: NodeJS.ProcessEnv; enter: readonly string[] },
  ) {
    this.dataDirectory = dataDirectory;
    this.port = port;
    this.#enter = enter;
    this.#environment = {
      ...process.env,
      ...compileCache(),
      PATCHBAY_DATA: dataDirectory,
      PATCHBAY_PORT: String(port),
      PATCHBAY_ORIGIN: `http://localhost:${port}`,
      NO_COLOR: '1',
      PATCHBAY_LIMITS: RAISED_LIMITS,
      ...environment,
    };
  }

  /**
   * `environment` adds to what a start needs, or replaces it; `port` is for a caller that must know it before; `enter`
   * is prefixed to the command of the start (see SmallDisk).
   */
  static async at(
    dataDirectory: string,
    { environment = {}, port, enter = [] }: InstallationOptions = {},
  ): Promise<Installation> {
    return new Installation(dataDirectory, port ?? (await freePort()), { environment, enter });
  }

  /**
   * As `at`, on a data directory that holds nothing yet, for specs whose subject is not the first start: it finds what
   * the run has bundled and compiled already, as every later start does.
   */
  static async prepared(dataDirectory: string): Promise<Installation> {
    await linkRunCaches(dataDirectory);
    return Installation.at(dataDirectory, { environment: { SANDBOX_POOL_SIZE: '1' } });
  }

  get launcherPid(): number {
    const pid = this.#starter?.pid;
    if (pid === undefined) throw new Error('the installation is not started');
    return pid;
  }

  /** Starts, and resolves once the launcher reports that everything answers. */
  async start(): Promise<ReadyFile> {
    const starter = spawn('env', [...this.#enter, process.execPath, 'scripts/run.mjs', 'start'], {
      cwd: ROOT,
      env: this.#environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#starter = starter;
    starter.stderr.on('data', (chunk: Buffer) => {
      this.output += chunk.toString();
    });
    const exited = once(starter, 'exit').then(() => {
      throw new Error(`the launcher ended before it was ready:\n${this.output}`);
    });
    exited.catch(() => {});
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: starter.stdout }).on('line', (line) => {
        this.output += `${line}\n`;
        // The last line of the block with instructions.
        if (line.includes('Ctrl-C stops everything')) resolve();
      });
    });
    await Promise.race([ready, exited]);
    return this.ready();
  }

  async ready(): Promise<ReadyFile> {
    return JSON.parse(await readFile(path.join(this.dataDirectory, 'ready.json'), 'utf8')) as ReadyFile;
  }

  /** Ends the launcher as Ctrl-C does and waits for it. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    const starter = this.#starter;
    if (!starter || starter.exitCode !== null || starter.signalCode !== null) return;
    const ended = once(starter, 'exit');
    starter.kill(signal);
    await ended;
  }

  /** Runs the command line of this installation; rejects when it fails. */
  async patchbay(
    args: readonly string[],
    cwd: string = ROOT,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<{ stdout: string; stderr: string; code: number }> {
    const cli = spawn(process.execPath, [path.join(ROOT, 'packages/cli/bin/patchbay.mjs'), ...args], {
      cwd,
      env: { ...this.#environment, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    cli.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    cli.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [code] = (await once(cli, 'close')) as [number];
    return { stdout, stderr, code };
  }
}

/** Whether a process of this id runs (a zombie does not count). */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/\) [ZX] /.test(status);
  } catch {
    return false;
  }
}
