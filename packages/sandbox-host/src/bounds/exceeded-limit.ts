import { AppError } from '@patchbay/foundation';
import type { ExceededLimit } from '../drivers/driver.ts';
import type { SandboxProfile } from './limits.ts';

const MEBIBYTE = 1024 * 1024;
/** Messages of V8, Node and libc themselves, before the kernel must act. */
const LAST_WORDS: readonly (readonly [ExceededLimit, RegExp])[] = [
  ['memory', /heap out of memory|ERR_MEMORY_ALLOCATION_FAILED|Array buffer allocation failed/],
  ['processes', /uv_thread_create|pthread_create|\bEAGAIN\b|Resource temporarily unavailable/],
];

/**
 * The error of a process that ended at one of its limits: names the limit and its figure, for its caller and its author.
 * Null when it ended otherwise.
 */
export function errorOfLimit(
  exceeded: ExceededLimit | null,
  lastWords: string,
  profile: SandboxProfile,
): AppError | null {
  switch (exceeded ?? LAST_WORDS.find(([, pattern]) => pattern.test(lastWords))?.[0] ?? null) {
    case 'memory':
      return new AppError('sandbox.out_of_memory', {
        detail: `It has ${profile.memoryBytes / MEBIBYTE} MiB, of which ${profile.heapMebibytes} MiB are JavaScript heap.`,
        data: { limit: 'memory', bytesMax: profile.memoryBytes, heapBytesMax: profile.heapMebibytes * MEBIBYTE },
      });
    case 'cpu':
      return new AppError('sandbox.cpu_exceeded', {
        detail: `It used more than ${profile.cpuMsPerMinute / 1000} s of CPU time within a minute and was stopped.`,
        data: { limit: 'cpu', cpuMsPerMinute: profile.cpuMsPerMinute },
      });
    case 'processes':
      return new AppError('sandbox.processes_exceeded', {
        detail: `It may have ${profile.processes} processes and threads, Node’s own included.`,
        data: { limit: 'processes', processesMax: profile.processes },
      });
    case 'files':
      return new AppError('sandbox.files_exceeded', {
        detail: `It may keep ${profile.scratch.files} files in ${profile.scratch.path}.`,
        data: { limit: 'files', filesMax: profile.scratch.files },
      });
    default:
      return null;
  }
}
