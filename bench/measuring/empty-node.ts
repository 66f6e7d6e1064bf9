import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Milliseconds that an empty Node process takes, several times: nothing of ours, so it says how busy the machine is. */
export async function emptyNodeMs(): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    const startedAt = performance.now();
    await promisify(execFile)(process.execPath, ['-e', '0']);
    times.push(performance.now() - startedAt);
  }
  return times;
}
