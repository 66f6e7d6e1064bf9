import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isRunning } from '@patchbay/foundation';
import { z } from 'zod';

/** A process identity as it is kept in a file between two starts. */
export const processIdentity = z.object({
  pid: z.number().int().positive(),
  /** Field 22 of /proc/<pid>/stat: clock ticks since boot. null where there is no /proc. */
  startTicks: z.number().nullable(),
});

/**
 * A process that cannot be mistaken for a later one with the same number: pids are reused, a pid together with its
 * start time is not.
 */
export type ProcessIdentity = Readonly<z.output<typeof processIdentity>>;

/** null when no such process runs (a zombie does not). @see proc_pid_stat(5) */
export function identifyProcess(pid: number): ProcessIdentity | null {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    if (process.platform === 'linux') return null;
    return isRunning(pid) ? { pid, startTicks: null } : null;
  }
  // The name in parentheses may hold spaces and parentheses itself: fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (fields[0] === 'Z' || fields[0] === 'X') return null;
  return { pid, startTicks: Number(fields[19]) };
}

export function isSameProcessRunning(identity: ProcessIdentity): boolean {
  const now = identifyProcess(identity.pid);
  return now !== null && now.startTicks === identity.startTicks;
}

/** Asks the process to end and ends it after the grace; returns when it is gone. Does nothing to another process. */
export async function endProcess(
  identity: ProcessIdentity,
  options: { signal: NodeJS.Signals; graceMs: number },
): Promise<void> {
  const deadline = performance.now() + options.graceMs;
  signalProcess(identity, options.signal);
  while (isSameProcessRunning(identity)) {
    if (performance.now() > deadline) signalProcess(identity, 'SIGKILL');
    await delay(10);
  }
}

function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isSameProcessRunning(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch {
    // It ended between the question and the signal.
  }
}
