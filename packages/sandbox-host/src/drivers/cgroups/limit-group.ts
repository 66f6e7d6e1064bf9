/** Limits that the kernel holds for a process tree, whichever cgroup version this host has. */
import { readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxProfile } from '../../bounds/limits.ts';

export interface GroupStats {
  readonly memoryBytes: number | null;
  readonly peakMemoryBytes: number | null;
  /** The kernel ended a process of the group for its memory limit. */
  readonly outOfMemory: boolean;
  /** How often a process or thread was refused. */
  readonly processesRefused: number;
}

/** The limits of one sandbox. */
export interface LimitGroup {
  /** Moves a process in; the children it starts from then on are born there. @throws ESRCH when it is gone */
  add(pid: number): Promise<void>;
  /** Sets the share of a core; the profile's share follows once the start is over. */
  limitCpu(cores: number): Promise<void>;
  stats(): Promise<GroupStats>;
  /** Ends every process in it and removes the group. False when one is still there after half a second. */
  remove(): Promise<boolean>;
}

/** Where this process may make groups: below its own, so that limits set on it from outside keep holding. */
export interface KernelLimits {
  readonly version: 1 | 2;
  /**
   * Prepares the move of a process. The kernel waits for a grace period before the first of several moves, which was
   * half of a start's time here; now it waits while bubblewrap is started. Never rejects.
   */
  expectMove(): Promise<void>;
  /** Makes a group with the profile's limits; `name` carries the boot id, so that a later boot knows it as foreign. */
  create(name: string, profile: SandboxProfile): Promise<LimitGroup>;
  /** Kills and removes the groups that other boots of this installation left. */
  removeForeign(installation: string, bootId: string): Promise<void>;
}

export const GROUP_PREFIX = 'patchbay-';
/** Starts are not slowed by the share that serving gets: half a core would double every cold start. */
export const START_CPU_CORES = 1;
export const CPU_PERIOD_US = 100_000;

/** Moves this process to where it is: nothing but the beginning of the wait for moves. */
export async function prepareMove(ownDirectory: string): Promise<void> {
  await writeFile(join(ownDirectory, 'cgroup.procs'), String(process.pid)).catch(() => {});
}

/** Whether a file of a group could not be written because the group is gone: before it was opened, or since. */
export function isGroupGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENODEV');
}

/** The names of the groups of this installation that another boot made. */
export function foreignGroups(names: readonly string[], installation: string, bootId: string): string[] {
  const ours = `${GROUP_PREFIX}${installation}-`;
  return names.filter((name) => name.startsWith(ours) && !name.startsWith(`${ours}${bootId}`));
}

/**
 * Ends what is in a group, and the group. bubblewrap ties the process inside to its own life just before that runs: one
 * whose bubblewrap was killed earlier keeps running alone, and only its group still contains it.
 */
export async function removeGroup(directory: string): Promise<boolean> {
  for (let attempt = 0; attempt < 50; attempt++) {
    for (const pid of await pidsIn(directory)) kill(pid);
    if (await isRemoved(directory)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

/** Kills a process that may have ended. */
export function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

/**
 * A number from a control file, by the name before it where the file has several. Null where the kernel does not report
 * it.
 */
export async function readNumber(file: string, name = ''): Promise<number | null> {
  const text = await readFile(file, 'utf8').catch(() => '');
  const found = new RegExp(name === '' ? '^(\\d+)' : `^${name} (\\d+)`, 'm').exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

async function pidsIn(directory: string): Promise<number[]> {
  const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

async function isRemoved(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'; // rmdir throws nothing else
  }
}
