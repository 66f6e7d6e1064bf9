import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import type { AppError } from '@patchbay/foundation';
import { runAs, type ServiceAccount } from './service-account.ts';

/** A started service: its pid, its end, and how to stop it. */
export interface RunningService {
  readonly pid: number;
  /** Resolves with a short reason when the process has ended, for whatever reason. Never rejects. */
  readonly ended: Promise<string>;
  /** Stops it in order and returns when it is gone. */
  stop(): Promise<void>;
}

export interface ServiceCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly account: ServiceAccount | null;
  readonly environment?: NodeJS.ProcessEnv;
  readonly logFile: string;
  readonly stopSignal: NodeJS.Signals;
  /** Milliseconds between the stop signal and SIGKILL. */
  readonly stopGraceMs: number;
  readonly cwd: string;
}

/** A process of this machine as a running service. */
export class ServiceProcess implements RunningService {
  readonly pid: number;
  readonly ended: Promise<string>;
  readonly #child: ChildProcess;
  readonly #command: ServiceCommand;
  #isOver = false;

  private constructor(child: ChildProcess, command: ServiceCommand) {
    this.#child = child;
    this.#command = command;
    this.pid = child.pid ?? 0;
    this.ended = once(child, 'exit').then(
      ([code, signal]) => (signal ? `signal ${signal}` : `exit code ${code}`),
      (error: unknown) => `${error}`,
    );
    void this.ended.then(() => {
      this.#isOver = true;
    });
  }

  /**
   * Starts a service in a session of its own, so that Ctrl-C in the terminal reaches it only through us and in order. Its
   * output goes straight to the log file: output after our end must not break on a pipe.
   */
  static start(command: ServiceCommand): ServiceProcess {
    const log = openSync(command.logFile, 'a', 0o600);
    try {
      const [program, ...args] = endingWithUs(command);
      const child = spawn(program, args, {
        ...runAs(command.account),
        cwd: command.cwd,
        env: command.environment ?? {},
        stdio: ['ignore', log, log],
        detached: true,
      });
      return new ServiceProcess(child, command);
    } finally {
      closeSync(log);
    }
  }

  exited(): boolean {
    return this.#isOver;
  }

  /** Stops it in order and returns when it is gone. */
  async stop(): Promise<void> {
    if (this.#isOver) return;
    this.#child.kill(this.#command.stopSignal);
    const force = setTimeout(() => this.#child.kill('SIGKILL'), this.#command.stopGraceMs);
    await this.ended;
    clearTimeout(force);
  }
}

/**
 * The command line, with the kernel asked to stop the service when we are killed. Where util-linux is missing the service
 * stays until the next start ends it. @see PR_SET_PDEATHSIG in prctl(2)
 */
function endingWithUs({ program, args, stopSignal }: ServiceCommand): [string, ...string[]] {
  if (!existsSync(SETPRIV)) return [program, ...args];
  return [SETPRIV, '--pdeathsig', stopSignal.replace(/^SIG/, ''), '--', program, ...args];
}

const SETPRIV = '/usr/bin/setpriv';

/** The end of a log, for an error that shows why a service did not start. */
export function lastLogLines(file: string, lines = 15): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '(no log)';
  }
}

/** The error with the end of the log as its detail. */
export function withLog(make: (detail: string) => AppError, reason: string, logFile: string): AppError {
  return make(`${reason}\n${lastLogLines(logFile)}`);
}
