/** Kernel limits by cgroup v1: one directory per controller. @see linux/Documentation/admin-guide/cgroup-v1 */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SandboxProfile } from '../../bounds/limits.ts';
import {
  CPU_PERIOD_US,
  foreignGroups,
  GROUP_PREFIX,
  type GroupStats,
  isGroupGone,
  type KernelLimits,
  type LimitGroup,
  prepareMove,
  readNumber,
  removeGroup,
  START_CPU_CORES,
} from './limit-group.ts';

const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;
type Controller = (typeof CONTROLLERS)[number];
type Directories = Readonly<Record<Controller, string>>;

/** @throws Error with the reason why groups cannot be made here */
export async function findCgroupV1(
  base = '/sys/fs/cgroup',
  membershipFile = '/proc/self/cgroup',
): Promise<KernelLimits> {
  try {
    const own = ownGroups(readFileSync(membershipFile, 'utf8'));
    const parents = directoriesOf((controller) => join(base, controller, own.get(controller) ?? '/'));
    for (const controller of CONTROLLERS) {
      const trial = join(parents[controller], `${GROUP_PREFIX}trial-${process.pid}`);
      await mkdir(trial);
      await rmdir(trial);
    }
    return new CgroupV1(parents);
  } catch (error) {
    throw new Error(`cgroup v1: ${error instanceof Error ? error.message : error}`, { cause: error });
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

function directoriesOf(pathOf: (controller: Controller) => string): Directories {
  const entries = CONTROLLERS.map((controller) => [controller, pathOf(controller)]);
  return Object.fromEntries(entries) as Directories; // the entries are the three controllers
}

class CgroupV1 implements KernelLimits {
  readonly version = 1;
  readonly #parents: Directories;

  constructor(parents: Directories) {
    this.#parents = parents;
  }

  /** One lock for all hierarchies: one of them is enough. */
  expectMove(): Promise<void> {
    return prepareMove(this.#parents.memory);
  }

  async create(name: string, profile: SandboxProfile): Promise<LimitGroup> {
    const directories = directoriesOf((controller) => join(this.#parents[controller], `${GROUP_PREFIX}${name}`));
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
    const group = new GroupV1(directories);
    await group.limitCpu(START_CPU_CORES);
    return group;
  }

  async removeForeign(installation: string, bootId: string): Promise<void> {
    for (const parent of Object.values(this.#parents)) {
      for (const name of foreignGroups(readdirSync(parent), installation, bootId)) {
        await removeGroup(join(parent, name));
      }
    }
  }
}

class GroupV1 implements LimitGroup {
  readonly #directories: Directories;

  constructor(directories: Directories) {
    this.#directories = directories;
  }

  async limitCpu(cores: number): Promise<void> {
    const quota = String(Math.round(cores * CPU_PERIOD_US));
    await writeFile(join(this.#directories.cpu, 'cpu.cfs_quota_us'), quota).catch((error: unknown) => {
      if (!isGroupGone(error)) throw error; // the sandbox ended before its share was due
    });
  }

  async add(pid: number): Promise<void> {
    await Promise.all(
      Object.values(this.#directories).map((directory) => writeFile(join(directory, 'cgroup.procs'), String(pid))),
    );
  }

  async stats(): Promise<GroupStats> {
    const { memory, pids } = this.#directories;
    return {
      memoryBytes: await readNumber(join(memory, 'memory.usage_in_bytes')),
      peakMemoryBytes: await readNumber(join(memory, 'memory.max_usage_in_bytes')),
      outOfMemory: ((await readNumber(join(memory, 'memory.oom_control'), 'oom_kill')) ?? 0) > 0,
      processesRefused: (await readNumber(join(pids, 'pids.events'), 'max')) ?? 0,
    };
  }

  async remove(): Promise<boolean> {
    const removed = await Promise.all(Object.values(this.#directories).map(removeGroup));
    return removed.every(Boolean);
  }
}
