import { Worker } from 'node:worker_threads';
import { AppError, ERRORS, type ErrorCode } from '@patchbay/foundation';
import type { ReadingKind, ReadingReply, ReadingWork } from './reading-work.ts';

export interface ReadingBounds {
  readonly threads: number;
  /** Heap of one thread, in MiB: a file that needs more ends the thread and nothing else. */
  readonly heapMebibytes: number;
  /** For one file. */
  readonly taskMsMax: number;
}

export const READING_BOUNDS: ReadingBounds = { threads: 2, heapMebibytes: 512, taskMsMax: 120_000 };

interface Job {
  readonly kind: ReadingKind;
  readonly bytes: Uint8Array;
  readonly asked: unknown;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

/**
 * Threads that read what strangers wrote: lockfiles and descriptions of packages. Work waits its turn, so that the memory
 * of all reading is `threads` times `heapMebibytes`; threads start when there is work and keep no process alive.
 */
export class ReadingThreads {
  readonly #bounds: ReadingBounds;
  readonly #waiting: Job[] = [];
  readonly #idle: Worker[] = [];
  readonly #running = new Map<Worker, { readonly job: Job; readonly late: NodeJS.Timeout }>();

  constructor(bounds: ReadingBounds = READING_BOUNDS) {
    this.#bounds = bounds;
  }

  /**
   * Reads one file. The bytes of a description are taken, others copied.
   *
   * @throws AppError what the function of `kind` throws; `source.bad_lockfile` or `deploy.package_too_large` when reading
   * takes more memory or time than a thread has
   */
  async read<Kind extends ReadingKind>(
    kind: Kind,
    bytes: Uint8Array,
    asked: Parameters<ReadingWork[Kind]>[1],
  ): Promise<ReturnType<ReadingWork[Kind]>> {
    const result = await new Promise<unknown>((resolve, reject) => {
      this.#waiting.push({ kind, bytes, asked, resolve, reject });
      this.#next();
    });
    return result as ReturnType<ReadingWork[Kind]>; // the thread ran the function of this kind
  }

  /** Ends the threads; work that is not done is refused. */
  async close(): Promise<void> {
    for (const job of this.#waiting.splice(0)) job.reject(new Error('the worker ends'));
    await Promise.all([...this.#idle, ...this.#running.keys()].map((thread) => thread.terminate()));
  }

  #next(): void {
    if (this.#waiting.length === 0) return;
    const thread = this.#idle.pop() ?? (this.#running.size < this.#bounds.threads ? this.#start() : undefined);
    const job = thread && this.#waiting.shift();
    if (!job) return;
    const { kind, bytes, asked } = job;
    this.#running.set(thread, { job, late: setTimeout(() => void thread.terminate(), this.#bounds.taskMsMax) });
    // A description is read once; files of the source are read again by later steps.
    thread.postMessage({ kind, bytes, asked }, kind === 'description' ? [bytes.buffer as ArrayBuffer] : []); // never shared
  }

  #start(): Worker {
    const thread = new Worker(new URL('./reading-worker.ts', import.meta.url), {
      name: 'reading',
      resourceLimits: { maxOldGenerationSizeMb: this.#bounds.heapMebibytes },
    });
    thread.unref();
    thread.on('message', (reply: ReadingReply) => {
      const job = this.#over(thread);
      this.#idle.push(thread);
      if ('error' in reply) job?.reject(errorOf(reply.error));
      else job?.resolve(reply.result);
      this.#next();
    });
    thread.on('error', () => {}); // out of memory; the exit follows
    thread.on('exit', () => {
      const job = this.#over(thread);
      if (this.#idle.includes(thread)) this.#idle.splice(this.#idle.indexOf(thread), 1);
      job?.reject(tooMuch(job.kind));
      this.#next();
    });
    return thread;
  }

  /** The job that the thread had. */
  #over(thread: Worker): Job | undefined {
    const running = this.#running.get(thread);
    clearTimeout(running?.late);
    this.#running.delete(thread);
    return running?.job;
  }
}

function errorOf({ code, detail, data, internal }: Extract<ReadingReply, { error: unknown }>['error']): AppError {
  if (!Object.hasOwn(ERRORS, code)) return new AppError('internal.unexpected', { internal: `${code}: ${detail}` });
  // The code was just looked up; the data is what an AppError held.
  return new AppError(code as ErrorCode, { detail, data: data as Record<string, unknown>, internal });
}

function tooMuch(kind: ReadingKind): AppError {
  if (kind === 'description') {
    return new AppError('deploy.package_too_large', {
      detail: 'The registry’s description of a package needs more memory or time to be read than it may.',
    });
  }
  return new AppError('source.bad_lockfile', {
    detail: `${kind} needs more memory or time to be read than it may. Leave out what the connector does not use.`,
    data: { file: kind },
  });
}
