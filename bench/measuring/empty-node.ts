import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Milliseconds of an empty Node process, several times: none of our code, so it measures how busy the machine is. */
export async function emptyNodeMs(): Promise<number[]> {
  const times: number[] = [];
  for (let count = 0; count < 10; count += 1) {
    const startedAt = performance.now();
    await promisify(execFile)(process.execPath, ['-e', '0']);
    times.push(performance.now() - startedAt);
  }
  return times;
}
