import { Worker } from 'node:worker_threads';
import { AppError } from '@patchbay/foundation';
import type { ParsedBody } from '@patchbay/mcp';

export interface ParsePoolOptions {
  readonly threads: number;
  /** Bodies of one organization that may wait; one more is parsed. */
  readonly waitingMaxPerOrganization: number;
}

interface Job {
  readonly organizationId: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  resolve(parsed: ParsedBody): void;
  reject(error: unknown): void;
}

/** Parses large bodies off the event loop. An organization has at most one thread at a time. */
export class ParsePool {
  readonly #options: ParsePoolOptions;
  readonly #waiting: Job[] = [];
  readonly #running = new Map<Worker, Job>();
  readonly #idle: Worker[] = [];
  #isClosed = false;

  constructor(options: ParsePoolOptions) {
    this.#options = options;
  }

  /** The bytes are handed over: do not use them afterwards. @throws AppError limits.large_bodies */
  parse(organizationId: string, bytes: Uint8Array<ArrayBuffer>): Promise<ParsedBody> {
    const queued = this.#waiting.filter((job) => job.organizationId === organizationId).length;
    if (queued >= this.#options.waitingMaxPerOrganization) {
      return Promise.reject(new AppError('limits.large_bodies', { retryAfterSeconds: 1 }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ organizationId, bytes, resolve, reject });
      this.#startNext();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const job of this.#waiting.splice(0)) job.reject(new AppError('edge.draining'));
    await Promise.all([...this.#idle, ...this.#running.keys()].map((worker) => worker.terminate()));
  }

  #startNext(): void {
    if (this.#isClosed) return;
    const busy = new Set([...this.#running.values()].map((job) => job.organizationId));
    const index = this.#waiting.findIndex((job) => !busy.has(job.organizationId));
    if (index < 0) return;
    const worker = this.#idle.pop() ?? (this.#running.size < this.#options.threads ? this.#startThread() : undefined);
    if (!worker) return;
    for (const job of this.#waiting.splice(index, 1)) {
      this.#running.set(worker, job);
      worker.postMessage(job.bytes, [job.bytes.buffer]);
    }
  }

  #startThread(): Worker {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), { name: 'parse' });
    worker.unref();
    worker.on('message', (parsed: ParsedBody) => {
      this.#running.get(worker)?.resolve(parsed);
      this.#running.delete(worker);
      this.#idle.push(worker);
      this.#startNext();
    });
    // A thread that dies (out of memory) fails its own body only; the next body starts another thread.
    worker.on('error', (cause) => this.#running.get(worker)?.reject(new AppError('internal.unexpected', { cause })));
    worker.on('exit', () => {
      this.#running.get(worker)?.reject(new AppError('internal.unexpected', { internal: 'parse thread ended' }));
      this.#running.delete(worker);
      if (this.#idle.includes(worker)) this.#idle.splice(this.#idle.indexOf(worker), 1);
      this.#startNext();
    });
    return worker;
  }
}
