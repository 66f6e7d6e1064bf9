import { readdirSync, readFileSync } from 'node:fs';

const ROUNDS_MAX = 100;
const POLL_MS = 10;

/** Kills every process of uids in the range and waits until none is left; for processes of a dead supervisor. */
export async function killProcessesOf(range: { readonly first: number; readonly count: number }): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const found = processesOf(range);
    if (found.length === 0) return;
    for (const pid of found) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself.
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Those that are not already dead and waiting to be reaped. */
export function processesOf({ first, count }: { readonly first: number; readonly count: number }): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => {
      if (!Number.isInteger(pid)) return false;
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const uid = Number(/^Uid:\t(\d+)/m.exec(status)?.[1]);
        return uid >= first && uid < first + count && !/^State:\t[ZX]/m.test(status);
      } catch {
        return false; // it ended
      }
    });
}
