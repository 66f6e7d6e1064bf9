/** Build programs: one throw-away sandbox per task, at most one per core, its own profile, nothing kept. */
import { availableParallelism } from 'node:os';
import { EgressProxy, type Resolver } from '@patchbay/egress';
import { AppError, escapeText } from '@patchbay/foundation';
import { type BuildTask, isJsonObject, type JsonObject, type TaskOutcome } from '@patchbay/sandbox-protocol';
import {
  decodeJson,
  decodeMixed,
  encodeMixedFrame,
  type Frame,
  FrameReader,
  HOST_FRAME_BYTES_MAX,
  RUNNER_FRAMES,
} from '@patchbay/sandbox-protocol/wire';
import { CallSlots } from '../bounds/call-slots.ts';
import { errorOfLimit } from '../bounds/exceeded-limit.ts';
import { HOST_LIMITS } from '../bounds/limits.ts';
import type { Mount, SandboxDriver, SandboxProcess } from '../drivers/driver.ts';
import type { ProgramName, Programs } from './programs.ts';

const TASKS_WAITING_MAX = 256;
const LAST_WORDS = 2_000;
/**
 * The type checker finds itself by this link and does not start without it. It is a link in an empty directory: no process
 * file system is mounted.
 */
const LINKS = {
  '/proc/self/exe': `/toolchain/node_modules/@typescript/typescript-linux-${process.arch}/lib/tsc`,
};

export interface TaskRunnerOptions {
  readonly driver: SandboxDriver;
  readonly programs: Programs;
  readonly packageStoreDirectory?: string;
  readonly toolchainDirectory?: () => Promise<string>;
  readonly resolver?: Resolver;
  readonly certificateAuthorities?: readonly string[];
}

/** Gateway and worker may name some of our programs, this process any. */
export type Task = Omit<BuildTask, 'program'> & { readonly program: ProgramName; readonly mounts?: readonly Mount[] };

export interface TaskCaller {
  readonly signal: AbortSignal;
  onProgress(progress: JsonObject): void;
}

type Answer = Omit<TaskOutcome, 'usage'>;

export class TaskRunner {
  readonly #options: TaskRunnerOptions;
  readonly #slots = new CallSlots(availableParallelism(), TASKS_WAITING_MAX);

  constructor(options: TaskRunnerOptions) {
    this.#options = options;
  }

  /** @throws AppError `sandbox.task_failed` with the program's message, `sandbox.task_crashed`, `sandbox.task_timeout` */
  async run(task: Task, caller: TaskCaller): Promise<TaskOutcome> {
    const leave = await this.#slots.acquire(caller.signal);
    try {
      return await this.#runInSandbox(task, caller);
    } finally {
      leave();
    }
  }

  async #runInSandbox(task: Task, caller: TaskCaller): Promise<TaskOutcome> {
    const { driver, programs } = this.#options;
    const startedAt = performance.now();
    const programFile = await programs.file(task.program);
    // Only the build of a connector compiles anything.
    const mounts = task.program === 'build' ? await this.#mounts() : (task.mounts ?? []);
    caller.signal.throwIfAborted();
    const sandbox = await driver.start({
      sandboxId: task.id,
      profile: 'build',
      programFile,
      mounts,
      links: LINKS,
      // Tools of ours, that compile what they are given.
      codeGeneration: true,
    });
    const refusals: string[] = [];
    const proxy = await EgressProxy.listen(sandbox.egressSocketPath, {
      ...this.#options,
      // A task's destinations come from the operator's configuration (the package registry), never from a tenant.
      trustedHosts: new Set(task.egress.map((rule) => rule.host)),
      rules: () => task.egress,
      calls: null,
      onRefusal: (text) => refusals.push(text),
    });
    try {
      await sandbox.openEgress();
      const answer = await this.#converse(sandbox, task, caller);
      const { peakMemoryBytes } = await driver.stats(sandbox);
      const wallMs = Math.round(performance.now() - startedAt);
      return { ...answer, usage: { wallMs, ...(peakMemoryBytes !== null && { peakMemoryBytes }) } };
    } finally {
      await driver.stop(sandbox);
      await proxy.close();
    }
  }

  async #mounts(): Promise<Mount[]> {
    const { packageStoreDirectory, toolchainDirectory } = this.#options;
    const mounts: Mount[] = [];
    if (packageStoreDirectory) mounts.push({ source: packageStoreDirectory, target: '/store' });
    if (toolchainDirectory) mounts.push({ source: await toolchainDirectory(), target: '/toolchain' });
    return mounts;
  }

  async #converse(sandbox: SandboxProcess, task: Task, caller: TaskCaller): Promise<Answer> {
    const answered = Promise.withResolvers<Answer>();
    const reader = new FrameReader(HOST_FRAME_BYTES_MAX);
    let lastWords = '';
    const hear = (chunk: Buffer) => {
      lastWords = `${lastWords}${chunk}`.slice(-LAST_WORDS);
    };
    sandbox.stdout.on('data', hear);
    sandbox.stderr.on('data', hear);
    sandbox.link.on('error', () => {}); // the exit event reports it
    sandbox.link.on('data', (chunk: Buffer) => {
      try {
        for (const frame of reader.push(chunk)) take(frame, caller, answered);
      } catch (error) {
        answered.reject(
          new AppError('sandbox.task_crashed', { detail: 'The build program broke its protocol.', cause: error }),
        );
      }
    });
    void sandbox.exited.then((exit) => {
      const detail = errorOfLimit(exit.exceeded, '', sandbox.profile)?.detail ?? escapeText(lastWords.trim());
      answered.reject(
        new AppError('sandbox.task_crashed', { ...(detail !== '' && { detail }), internal: JSON.stringify(exit) }),
      );
    });
    const ms = Math.min(task.deadlineMs, HOST_LIMITS.buildMsMax);
    const timer = setTimeout(() => {
      answered.reject(
        new AppError('sandbox.task_timeout', { detail: `The build took longer than ${Math.round(ms / 1000)} s.` }),
      );
    }, ms);
    const onAbort = () => answered.reject(caller.signal.reason);
    caller.signal.addEventListener('abort', onAbort, { once: true });
    if (caller.signal.aborted) onAbort();
    const header = { input: task.input };
    this.#options.driver.assign(sandbox, encodeMixedFrame(RUNNER_FRAMES.task, header, task.files));
    try {
      return await answered.promise;
    } finally {
      clearTimeout(timer);
      caller.signal.removeEventListener('abort', onAbort);
    }
  }
}

function take(frame: Frame, caller: TaskCaller, answered: PromiseWithResolvers<Answer>): void {
  if (frame.type === RUNNER_FRAMES.taskProgress) {
    const progress = decodeJson(frame.payload);
    if (isJsonObject(progress)) caller.onProgress(progress);
  } else if (frame.type === RUNNER_FRAMES.taskResult) {
    const { header, bytes } = decodeMixed(frame.payload);
    if (!isJsonObject(header) || !isJsonObject(header.result)) throw new Error('a result without an object');
    answered.resolve({ result: header.result, ...(header.hasFiles === true && { files: bytes }) });
  } else if (frame.type === RUNNER_FRAMES.taskFailed) {
    const failure = decodeJson(frame.payload);
    const message = isJsonObject(failure) ? escapeText(String(failure.message)).slice(0, LAST_WORDS) : '';
    answered.reject(new AppError('sandbox.task_failed', { ...(message !== '' && { detail: message }) }));
  }
}
