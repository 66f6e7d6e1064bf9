import { readFileSync } from 'node:fs';
import { identifyProcess, isSameProcessRunning, type ProcessIdentity } from '@patchbay/embedded';

const LOOK_EVERY_MS = 500;

/**
 * Calls back once when the npm that started us is gone. A service manager or a script that ends `npm start` signals npm
 * alone; npm ends without notifying its child, which then would keep running with no process to stop it.
 */
export function watchNpm(onGone: () => void): void {
  const npm = findNpm(process.ppid);
  if (npm === null) return;
  const timer = setInterval(() => {
    if (isSameProcessRunning(npm)) return;
    clearInterval(timer);
    onGone();
  }, LOOK_EVERY_MS);
  timer.unref();
}

/** The nearest npm above this process; null when it was started otherwise, or where there is no /proc. */
function findNpm(pid: number): ProcessIdentity | null {
  for (let current = pid; current > 1; ) {
    const found = readStat(current);
    if (found === null) return null;
    if (isNpm(found.name)) return identifyProcess(current);
    current = found.parent;
  }
  return null;
}

/** npm names its process after its command: `npm start`. */
export function isNpm(name: string): boolean {
  return /^npm\b/.test(name);
}

function readStat(pid: number): ProcessStat | null {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

export interface ProcessStat {
  readonly name: string;
  readonly parent: number;
}

/** The name is in brackets and may hold brackets and spaces itself. @see proc_pid_stat(5) */
export function parseStat(stat: string): ProcessStat {
  const end = stat.lastIndexOf(')');
  const [, parent = '0'] = stat.slice(end + 2).split(' ');
  return { name: stat.slice(stat.indexOf('(') + 1, end), parent: Number(parent) };
}
