import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, writeFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { lastLogLines, type RunningService, type ServiceUid } from '@patchbay/embedded';
import { AppError } from '@patchbay/foundation';
import type { LauncherMessage } from '@patchbay/foundation/process';

export interface NodeProcessOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Record<string, string>;
  /** null: as the launcher itself. */
  readonly user: ServiceUid | null;
  readonly logFile: string;
  /** For a program without a ready message. */
  readonly isReady?: () => Promise<boolean>;
  /**
   * Callers wait for it: on a busy machine it starts ahead of everything else, where the launcher has the right to
   * (root).
   */
  readonly isUrgent: boolean;
  /** Milliseconds a process has to finish its work once it is asked to stop. */
  readonly stopGraceMs: number;
  /** A line for the person at the terminal. */
  onNotice(text: string, how: { readonly keep: boolean }): void;
}

const READY_DEADLINE_MS = 60_000;
const PRIORITY_OF_A_START = -15;

/**
 * Starts a program of ours and waits until it serves. It runs in a session of its own, so that Ctrl-C reaches it only
 * through us and in order; it ends by itself when the channel to us breaks.
 *
 * @throws AppError start.process_failed with the end of its log
 */
export async function startNodeProcess(options: NodeProcessOptions): Promise<RunningService> {
  const log = openSync(options.logFile, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(process.execPath, [...options.args], {
      cwd: options.cwd,
      env: options.environment,
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
      ...(options.user && { uid: options.user.uid, gid: options.user.gid }),
    });
  } finally {
    closeSync(log);
  }
  if (options.isUrgent) setPriorityOfProcess(child.pid, PRIORITY_OF_A_START);
  const ended = once(child, 'exit').then(
    ([code, signal]) => (signal ? `signal ${signal}` : `exit code ${code}`),
    (error: unknown) => `${error}`,
  );
  const isOver = () => child.exitCode !== null || child.signalCode !== null;
  const service: RunningService = {
    pid: child.pid ?? 0,
    ended,
    stop: async () => {
      if (isOver()) return;
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), options.stopGraceMs);
      await ended;
      clearTimeout(force);
    },
  };
  const reason = await untilReady(child, ended, options);
  if (options.isUrgent) setPriorityOfProcess(child.pid, constants.priority.PRIORITY_NORMAL);
  if (reason === null) return service;
  await service.stop();
  throw new AppError('start.process_failed', {
    detail: `${options.name} ${reason}\n${lastLogLines(options.logFile)}`,
    data: { process: options.name },
  });
}

/**
 * Linux weighs sessions against each other before the threads in them, and each process of ours has a session of its own:
 * both get the priority. A new thread has that of the thread that made it. @see "The autogroup feature" in sched(7)
 */
function setPriorityOfProcess(pid: number | undefined, priority: number): void {
  if (pid === undefined) return;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
    writeFileSync(`/proc/${pid}/autogroup`, String(priority));
  } catch {
    // Not root, not Linux, a kernel without autogroups, or it ended meanwhile: it starts like any other.
  }
}

/** null when it serves, else why not. */
async function untilReady(
  child: ChildProcess,
  ended: Promise<string>,
  options: NodeProcessOptions,
): Promise<string | null> {
  let deadline: NodeJS.Timeout | undefined;
  const ready = new Promise<null>((resolve) => {
    child.on('message', (message: LauncherMessage) => {
      if (message.type === 'ready') resolve(null);
      if (message.type === 'notice') options.onNotice(message.text, { keep: message.keep === true });
    });
    const { isReady } = options;
    if (!isReady) return;
    const ask = async () => {
      if (await isReady().catch(() => false)) resolve(null);
      else if (child.exitCode === null && child.signalCode === null) setTimeout(ask, 20);
    };
    void ask();
  });
  const late = new Promise<string>((resolve) => {
    const text = `was not ready after ${READY_DEADLINE_MS / 1000} s.`;
    deadline = setTimeout(() => resolve(text), READY_DEADLINE_MS);
  });
  try {
    return await Promise.race([ready, late, ended.then((how) => `ended at start (${how}).`)]);
  } finally {
    clearTimeout(deadline);
  }
}
