/**
 * bubblewrap as a process that waits before it creates anything: for the end of its argument list. Its limits are set
 * meanwhile, so that its children start within these limits instead of being moved into them.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { promisify } from 'node:util';
import { AppError, waitAtMost } from '@patchbay/foundation';
import { DESCRIPTORS } from './bubblewrap-arguments.ts';
import type { SandboxExit } from './driver.ts';
import { isRunning } from './process-tree.ts';

const PRLIMIT = '/usr/bin/prlimit';
const PIPES = { link: 'pipe', stdout: 'pipe', stderr: 'pipe' } as const;
const LAST_WORDS_MS = 200;
export const FIRST_DESCRIPTOR_FREE = Math.max(...Object.values(DESCRIPTORS)) + 1;

/** Sockets of another process that become the streams of a sandbox. */
export interface HandedStreams {
  readonly link: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
}

export interface LaunchInputs {
  /** bubblewrap and its arguments. */
  readonly command: readonly string[];
  readonly seccompFile: string;
  /** Options of prlimit(1), which becomes bubblewrap; null to leave these limits out. */
  readonly rlimits: readonly string[] | null;
  /** Host uid of the sandbox; null for the supervisor's own. */
  readonly uid: number | null;
  /** bubblewrap's own; it clears that of the process inside. */
  readonly environment: Readonly<Record<string, string>>;
  /** Descriptors that it would inherit: it gets nothing in their place. */
  readonly covered: readonly number[];
  /** Null: pipes to this process. */
  readonly streams: HandedStreams | null;
}

export interface Launched {
  readonly child: ChildProcess;
  readonly exit: Promise<SandboxExit>;
}

export function launchBubblewrap(inputs: LaunchInputs): Launched {
  const [program = PRLIMIT, ...rest] = [...(inputs.rlimits ? [PRLIMIT, ...inputs.rlimits] : []), ...inputs.command];
  const seccomp = openSync(inputs.seccompFile, 'r'); // fresh for each: bubblewrap reads it to its end
  const nothing = openSync('/dev/null', 'r+');
  try {
    const { stdout, stderr, link } = inputs.streams ?? PIPES;
    const stdio: ('pipe' | 'ignore' | number | Socket)[] = ['ignore', stdout, stderr, link, seccomp];
    stdio.push('pipe', 'pipe', 'pipe');
    for (const descriptor of inputs.covered) {
      while (stdio.length < descriptor) stdio.push('ignore');
      stdio[descriptor] = nothing;
    }
    const identity = inputs.uid === null ? {} : { uid: inputs.uid, gid: inputs.uid };
    const child = spawn(program, rest, { ...identity, stdio, env: inputs.environment, cwd: '/' });
    for (const pipe of child.stdio) pipe?.on('error', () => {}); // the exit event reports it
    return { child, exit: exitOf(child) };
  } finally {
    closeSync(seccomp);
    closeSync(nothing);
  }
}

/**
 * Lets it create the sandbox, with these last arguments. Resolves with the host's pid of the process inside, before
 * that runs anything.
 *
 * @throws AppError `sandbox.start_failed` with bubblewrap's error output
 */
export async function letStart({ child, exit }: Launched, last: string): Promise<number> {
  const failed = exit.then(async () => Promise.reject(await startFailure(child)));
  failed.catch(() => {});
  pipeOf<Writable>(child, 'further').end(last);
  return Promise.race([readInnerPid(pipeOf<Readable>(child, 'info')), failed]);
}

/** Lets the process inside run: it waits for this before it does anything. */
export function letRun({ child }: Launched): void {
  pipeOf<Writable>(child, 'block').end('1');
}

/** Bounds processes where they are counted apart from others of the same uid: in the user namespace of this one. */
export async function limitProcesses(innerPid: number, processes: number): Promise<void> {
  await promisify(execFile)(PRLIMIT, ['--pid', String(innerPid), `--nproc=${processes}:${processes}`], { env: {} });
}

/** The work's own failure while bubblewrap runs; once it has failed, its error output is the reason. */
export async function whileItRuns({ child, exit }: Launched, work: Promise<void>): Promise<void> {
  await work.catch(async (error: unknown) => {
    if (child.pid !== undefined && isRunning(child.pid)) throw error;
    await exit;
    throw await startFailure(child);
  });
}

/** launchBubblewrap asked spawn() to make pipes of these; Node types only the first five. */
function pipeOf<T>(child: ChildProcess, name: keyof typeof DESCRIPTORS): T {
  const pipes: readonly unknown[] = child.stdio;
  return pipes[DESCRIPTORS[name]] as T; // for the reason above
}

function exitOf(child: ChildProcess): Promise<SandboxExit> {
  return new Promise((resolve) => {
    child.once('error', () => resolve({ exitCode: null, signal: null, exceeded: null }));
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal, exceeded: null }));
  });
}

/** With bubblewrap's standard error, which can arrive after its exit. */
async function startFailure(child: ChildProcess): Promise<AppError> {
  let errors = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
  });
  if (child.stderr && !child.stderr.readableEnded) {
    await waitAtMost(LAST_WORDS_MS, once(child.stderr, 'end'));
  }
  return new AppError('sandbox.start_failed', { internal: `bubblewrap ended: ${errors.trim().slice(0, 500)}` });
}

function readInnerPid(info: Readable): Promise<number> {
  return new Promise((resolve) => {
    let text = '';
    info.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const found = /"child-pid":\s*(\d+)/.exec(text)?.[1];
      if (found !== undefined) resolve(Number(found));
    });
  });
}
