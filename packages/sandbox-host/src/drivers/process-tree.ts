/** Resources of a process and all its descendants, from the process file system of the host. @see proc(5) */
import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

export interface TreeUsage {
  /** Resident memory that is not shared: without mapped files, which all sandboxes share. */
  readonly memoryBytes: number;
  /** User and system time since the start, ended children that were waited for included. */
  readonly cpuMs: number;
  readonly processes: number;
}

/** Linux gives both figures in these on every architecture we run on. */
const PAGE_BYTES = 4096;
const TICK_MS = 10;
const PROCESSES_READ_MAX = 512;
const GONE_POLL_MS = 2;
const GONE_POLLS_MAX = 500;

/** Null when the process is gone. */
export function readTreeUsage(pid: number): TreeUsage | null {
  let [memoryBytes, cpuMs, processes] = [0, 0, 0];
  const waiting = [pid];
  for (let next = waiting.pop(); next !== undefined && processes < PROCESSES_READ_MAX; next = waiting.pop()) {
    try {
      const [, resident = 0, shared = 0] = read(next, 'statm').split(' ').map(Number);
      memoryBytes += Math.max(0, resident - shared) * PAGE_BYTES;
      cpuMs += cpuMsOf(read(next, 'stat'));
      processes += 1;
      for (const thread of readdirSync(`/proc/${next}/task`)) {
        waiting.push(...read(next, `task/${thread}/children`).split(' ').filter(Boolean).map(Number));
      }
    } catch {
      // It ended between two reads.
    }
  }
  return processes === 0 ? null : { memoryBytes, cpuMs, processes };
}

/** Whether it is there and has not ended; one that waits to be reaped has. */
export function isRunning(pid: number): boolean {
  const status = readKernelStatus(pid);
  return status !== '' && !/^State:\t[ZX]/m.test(status);
}

/** The text of `/proc/PID/status`; empty when the process is gone. */
export function readKernelStatus(pid: number): string {
  try {
    return read(pid, 'status');
  } catch {
    return '';
  }
}

/** Resolves when it has ended, after one second at the latest. */
export async function untilGone(pid: number): Promise<void> {
  for (let attempt = 0; attempt < GONE_POLLS_MAX && isRunning(pid); attempt += 1) await delay(GONE_POLL_MS);
}

/** The kernel keeps a priority for each thread. Does nothing where the process has ended. @see nice(2) */
export function setPriorityOfThreads(pid: number, priority: number): void {
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), priority);
  } catch {
    // It ended by itself.
  }
}

const read = (pid: number, file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').trim();

/** utime, stime, cutime and cstime; the name before them is in brackets and may hold anything. */
export function cpuMsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * TICK_MS;
}
