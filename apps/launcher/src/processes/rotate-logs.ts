import { copyFile, readdir, stat, truncate } from 'node:fs/promises';
import path from 'node:path';

const LOG_BYTES_MAX = 20 * 2 ** 20;
const INTERVAL_MS = 30_000;

/**
 * Keeps each log below its size with one predecessor (`.1`). Processes append to the open file themselves, so that they
 * outlive a killed launcher; that is why the content is moved and not the file.
 */
export function rotateLogs(directory: string): { stop(): void } {
  const timer = setInterval(() => void rotateOnce(directory, LOG_BYTES_MAX).catch(() => {}), INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** Returns the names of the logs that were moved. */
export async function rotateOnce(directory: string, bytesMax: number): Promise<string[]> {
  const moved: string[] = [];
  for (const name of (await readdir(directory)).filter((entry) => entry.endsWith('.log'))) {
    const file = path.join(directory, name);
    if ((await stat(file)).size <= bytesMax) continue;
    await copyFile(file, `${file}.1`);
    await truncate(file);
    moved.push(name);
  }
  return moved;
}
