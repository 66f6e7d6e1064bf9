import { Worker } from 'node:worker_threads';
import { AppError } from '@patchbay/foundation';
import type { ParsedBody } from '@patchbay/mcp';

export interface ParsePoolOptions {
  readonly threads: number;
  /** Bodies of one organization that may wait; one more is parsed. */
  readonly waitingMaxPerOrganization: number;
}

/** Parses large bodies off the event loop. An organization has at most one thread at a time. */
export interface ParsePool {
  /** The bytes are handed over: do not use them afterwards. @throws AppError limits.large_bodies */
  parse(organizationId: string, bytes: Uint8Array<ArrayBuffer>): Promise<ParsedBody>;
  close(): Promise<void>;
}

interface Job {
  readonly organizationId: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  resolve(parsed: ParsedBody): void;
  reject(error: unknown): void;
}

export function createParsePool(options: ParsePoolOptions): ParsePool {
  const waiting: Job[] = [];
  const running = new Map<Worker, Job>();
  const idle: Worker[] = [];
  let closed = false;

  const startThread = (): Worker => {
    const worker = new Worker(new URL('./parse-worker.ts', import.meta.url), { name: 'parse' });
    worker.unref();
    worker.on('message', (parsed: ParsedBody) => {
      running.get(worker)?.resolve(parsed);
      running.delete(worker);
      idle.push(worker);
      next();
    });
    // A thread that dies (out of memory) fails its own body only; the next body starts another thread.
    worker.on('error', (cause) => running.get(worker)?.reject(new AppError('internal.unexpected', { cause })));
    worker.on('exit', () => {
      running.get(worker)?.reject(new AppError('internal.unexpected', { internal: 'parse thread ended' }));
      running.delete(worker);
      if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
      next();
    });
    return worker;
  };

  const next = (): void => {
    if (closed) return;
    const busy = new Set([...running.values()].map((job) => job.organizationId));
    const index = waiting.findIndex((job) => !busy.has(job.organizationId));
    if (index < 0) return;
    const worker = idle.pop() ?? (running.size < options.threads ? startThread() : undefined);
    if (!worker) return;
    for (const job of waiting.splice(index, 1)) {
      running.set(worker, job);
      worker.postMessage(job.bytes, [job.bytes.buffer]);
    }
  };

  return {
    parse(organizationId, bytes) {
      const queued = waiting.filter((job) => job.organizationId === organizationId).length;
      if (queued >= options.waitingMaxPerOrganization) {
        return Promise.reject(new AppError('limits.large_bodies', { retryAfterSeconds: 1 }));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ organizationId, bytes, resolve, reject });
        next();
      });
    },
    async close() {
      closed = true;
      for (const job of waiting.splice(0)) job.reject(new AppError('edge.draining'));
      await Promise.all([...idle, ...running.keys()].map((worker) => worker.terminate()));
    },
  };
}
