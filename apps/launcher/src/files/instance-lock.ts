import { link, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  identifyProcess,
  isSameProcessRunning,
  type ProcessIdentity,
  processIdentity,
  readJsonFile,
  writeFileAtomically,
} from '@patchbay/embedded';
import { AppError, readSystemError } from '@patchbay/foundation';
import { z } from 'zod';

const lockHolder = processIdentity.extend({ stopping: z.boolean() });

/** How long a start waits for a predecessor that is on its way out. */
const STOPPING_DEADLINE_MS = 40_000;

const WAY_BACK = 'When no Patchbay runs on this data directory, remove the file and start again.';

/** One launcher per data directory. A launcher that was killed leaves its file; its pid and start time show that. */
export class InstanceLock {
  readonly #file: string;
  readonly #holder: ProcessIdentity;

  private constructor(file: string, holder: ProcessIdentity) {
    this.#file = file;
    this.#holder = holder;
  }

  /** @throws AppError start.already_running, start.file_damaged */
  static async acquire(runDirectory: string): Promise<InstanceLock> {
    const file = path.join(runDirectory, 'starter.json');
    const self = identifyProcess(process.pid) ?? { pid: process.pid, startTicks: null };
    const own = path.join(runDirectory, `starter.${process.pid}.json`);
    await writeFileAtomically(own, JSON.stringify({ ...self, stopping: false }));
    try {
      const deadline = performance.now() + STOPPING_DEADLINE_MS;
      while (!(await isLinked(own, file))) {
        const text = await readFile(file, 'utf8').catch(() => null);
        const holder = await readJsonFile({ file, schema: lockHolder, wayBack: WAY_BACK });
        if (holder === null || text === null) continue;
        if (!isSameProcessRunning(holder)) await removeStale(file, text);
        else if (holder.stopping && performance.now() < deadline) await delay(50);
        else throw alreadyRunning(holder.pid);
      }
      return new InstanceLock(file, self);
    } finally {
      await rm(own, { force: true });
    }
  }

  /** For what needs no lock of its own, and must work on a full disk. @throws AppError as `acquire` */
  static async refuseRunning(runDirectory: string): Promise<void> {
    const file = path.join(runDirectory, 'starter.json');
    const holder = await readJsonFile({ file, schema: lockHolder, wayBack: WAY_BACK });
    if (holder !== null && isSameProcessRunning(holder)) throw alreadyRunning(holder.pid);
  }

  /** Records that this launcher ends: the next one waits for it instead of refusing. */
  async markStopping(): Promise<void> {
    await writeFileAtomically(this.#file, JSON.stringify({ ...this.#holder, stopping: true }));
  }

  async release(): Promise<void> {
    await rm(this.#file, { force: true });
  }
}

/** A link appears with all of its content or not at all, and never replaces. */
async function isLinked(own: string, file: string): Promise<boolean> {
  try {
    await link(own, file);
    return true;
  } catch (error) {
    if (readSystemError(error).code === 'EEXIST') return false;
    throw error;
  }
}

/** Two starts may find the same stale file at once; the slower must not remove the lock of the quicker. */
async function removeStale(file: string, expected: string): Promise<void> {
  const aside = `${file}.${process.pid}.stale`;
  try {
    await rename(file, aside);
  } catch {
    return; // the other start was quicker
  }
  if ((await readFile(aside, 'utf8')) !== expected) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

function alreadyRunning(pid: number): AppError {
  return new AppError('start.already_running', {
    detail: `Patchbay already runs on this data directory (process ${pid}).`,
    data: { pid },
  });
}
