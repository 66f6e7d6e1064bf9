/** Kernel limits of one sandbox: memory, number of processes, share of the CPU. cgroup v1, one directory per controller. */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxProfile } from '../limits.ts';

const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;
type Controller = (typeof CONTROLLERS)[number];

const CPU_PERIOD_US = 100_000;
const START_CPU_CORES = 1;
const GROUP_PREFIX = 'patchbay-';

/** Where this process may make groups: below its own, so that limits set on it from outside keep holding. */
export interface CgroupParent {
  readonly path: Readonly<Record<Controller, string>>;
}

/** The parent groups, or the reason why limits cannot be set here. */
export async function findCgroupParent(): Promise<CgroupParent | { readonly reason: string }> {
  try {
    const own = ownGroups(readFileSync('/proc/self/cgroup', 'utf8'));
    const path = Object.fromEntries(
      CONTROLLERS.map((controller) => [controller, join('/sys/fs/cgroup', controller, own.get(controller) ?? '/')]),
    ) as Record<Controller, string>; // the entries are the three controllers
    for (const controller of CONTROLLERS) {
      const trial = join(path[controller], `${GROUP_PREFIX}trial-${process.pid}`);
      await mkdir(trial);
      await rmdir(trial);
    }
    return { path };
  } catch (error) {
    return {
      reason: `cgroup v1 memory, pids and cpu cannot be used: ${error instanceof Error ? error.message : error}`,
    };
  }
}

function ownGroups(text: string): Map<string, string> {
  const groups = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, controllers = '', path = '/'] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    for (const controller of controllers.split(',')) groups.set(controller, path);
  }
  return groups;
}

export class SandboxCgroup {
  readonly #directories: Readonly<Record<Controller, string>>;

  private constructor(directories: Readonly<Record<Controller, string>>) {
    this.#directories = directories;
  }

  /** Makes the groups and sets their limits; `name` carries the boot id, so that a later boot recognises it as foreign. */
  static async create(parent: CgroupParent, name: string, profile: SandboxProfile): Promise<SandboxCgroup> {
    const directories = Object.fromEntries(
      CONTROLLERS.map((controller) => [controller, join(parent.path[controller], `${GROUP_PREFIX}${name}`)]),
    ) as Record<Controller, string>; // the entries are the three controllers
    await Promise.all(CONTROLLERS.map((controller) => mkdir(directories[controller])));
    const memoryLimit = String(profile.memoryBytes);
    await Promise.all([
      writeFile(join(directories.memory, 'memory.limit_in_bytes'), memoryLimit).then(() =>
        // Absent where the kernel does not account for swap.
        writeFile(join(directories.memory, 'memory.memsw.limit_in_bytes'), memoryLimit).catch(() => {}),
      ),
      writeFile(join(directories.pids, 'pids.max'), String(profile.processes)),
      writeFile(join(directories.cpu, 'cpu.cfs_period_us'), String(CPU_PERIOD_US)),
    ]);
    const cgroup = new SandboxCgroup(directories);
    await cgroup.limitCpu(START_CPU_CORES);
    return cgroup;
  }

  /** The profile's share follows once the start is over: half a core would double every cold start. */
  async limitCpu(cores: number): Promise<void> {
    const quota = String(Math.round(cores * CPU_PERIOD_US));
    await writeFile(join(this.#directories.cpu, 'cpu.cfs_quota_us'), quota).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error; // the sandbox ended before its share was due
    });
  }

  async add(pids: readonly number[]): Promise<void> {
    for (const controller of CONTROLLERS) {
      for (const pid of pids) await writeFile(join(this.#directories[controller], 'cgroup.procs'), String(pid));
    }
  }

  async stats(): Promise<{ memoryBytes: number | null; peakMemoryBytes: number | null; outOfMemory: boolean }> {
    const number = async (file: string) => {
      const text = await readFile(join(this.#directories.memory, file), 'utf8').catch(() => '');
      return text === '' ? null : Number(text);
    };
    const control = await readFile(join(this.#directories.memory, 'memory.oom_control'), 'utf8').catch(() => '');
    return {
      memoryBytes: await number('memory.usage_in_bytes'),
      peakMemoryBytes: await number('memory.max_usage_in_bytes'),
      outOfMemory: Number(/oom_kill (\d+)/.exec(control)?.[1] ?? 0) > 0,
    };
  }

  /** Waits a moment for the last process to be gone and removes the groups. False when one is still there. */
  async removeWhenEmpty(): Promise<boolean> {
    for (let attempt = 0; attempt < 100; attempt++) {
      const removed = await Promise.all(CONTROLLERS.map((controller) => removeGroup(this.#directories[controller])));
      if (removed.every(Boolean)) return true;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return false;
  }
}

/** Kills and removes the groups that other boots of this installation left. */
export async function removeForeignCgroups(parent: CgroupParent, installation: string, bootId: string): Promise<void> {
  const ours = `${GROUP_PREFIX}${installation}-`;
  for (const controller of CONTROLLERS) {
    const names = readdirSync(parent.path[controller]).filter(
      (name) => name.startsWith(ours) && !name.startsWith(`${ours}${bootId}`),
    );
    for (const name of names) await killAndRemove(join(parent.path[controller], name));
  }
}

async function killAndRemove(directory: string): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    for (const pid of await pidsIn(directory)) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone in between.
      }
    }
    if (await removeGroup(directory)) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

async function pidsIn(directory: string): Promise<number[]> {
  const text = await readFile(join(directory, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

async function removeGroup(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
