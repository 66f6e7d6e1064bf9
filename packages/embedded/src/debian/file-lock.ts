import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { findProgram } from './find-program.ts';

/**
 * Does the work while no other process does the like under this file. The kernel holds the lock, through flock(1), so a
 * process that is killed leaves none behind. Where there is no flock the work is done without: it must be safe then too.
 */
export async function withFileLock<T>(file: string, searchPath: string, work: () => Promise<T>): Promise<T> {
  const program = await findProgram(['flock'], searchPath);
  if (program === null) return work();
  // The holder ends, and with it the lock, when its input does: because we close it, or because we are gone.
  const holder = spawn(program, [file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: searchPath },
  });
  const ended = once(holder, 'exit').catch(() => undefined);
  await Promise.race([once(holder.stdout, 'data'), ended]);
  try {
    return await work();
  } finally {
    holder.stdin.on('error', () => {}); // it may have ended by itself
    holder.stdin.end();
    await ended;
  }
}
