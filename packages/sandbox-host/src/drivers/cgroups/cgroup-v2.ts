/** Kernel limits by cgroup v2: one directory with every controller. @see linux/Documentation/admin-guide/cgroup-v2.rst */
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
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
/** A group with processes of its own cannot pass controllers on: the supervisor then moves into this one beside the sandboxes. */
const OWN_LEAF = `${GROUP_PREFIX}supervisor`;

/** @throws Error with the reason why groups cannot be made here */
export async function findCgroupV2(
  base = '/sys/fs/cgroup',
  membershipFile = '/proc/self/cgroup',
): Promise<KernelLimits> {
  try {
    const findOwn = () => join(base, groupIn(readFileSync(membershipFile, 'utf8')));
    const own = findOwn();
    const parent = basename(own) === OWN_LEAF ? dirname(own) : own;
    await passOnControllers(parent);
    const trial = join(parent, `${GROUP_PREFIX}trial-${process.pid}`);
    await mkdir(trial);
    await rmdir(trial);
    return new CgroupV2({ parent, own: findOwn() });
  } catch (error) {
    throw new Error(`cgroup v2: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

/** @throws Error when the process is in no group of this version */
function groupIn(membership: string): string {
  const path = /^0::(.*)$/m.exec(membership)?.[1];
  if (path === undefined) throw new Error('this process is in no group');
  return path;
}

async function passOnControllers(parent: string): Promise<void> {
  const names = async (file: string) => (await readFile(join(parent, file), 'utf8')).trim().split(' ');
  const available = await names('cgroup.controllers');
  const absent = CONTROLLERS.filter((controller) => !available.includes(controller));
  if (absent.length > 0) throw new Error(`no controller ${absent.join(', ')} in ${parent}`);
  const passed = await names('cgroup.subtree_control');
  if (CONTROLLERS.every((controller) => passed.includes(controller))) return;
  const wanted = CONTROLLERS.map((controller) => `+${controller}`).join(' ');
  try {
    await writeFile(join(parent, 'cgroup.subtree_control'), wanted);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error; // writeFile throws nothing else
    await mkdir(join(parent, OWN_LEAF), { recursive: true });
    for (const pid of (await readFile(join(parent, 'cgroup.procs'), 'utf8')).split('\n').filter(Boolean)) {
      await writeFile(join(parent, OWN_LEAF, 'cgroup.procs'), pid);
    }
    await writeFile(join(parent, 'cgroup.subtree_control'), wanted);
  }
}

class CgroupV2 implements KernelLimits {
  readonly version = 2;
  readonly #parent: string;
  readonly #own: string;

  constructor({ parent, own }: { readonly parent: string; readonly own: string }) {
    this.#parent = parent;
    this.#own = own;
  }

  expectMove(): Promise<void> {
    return prepareMove(this.#own);
  }

  async create(name: string, profile: SandboxProfile): Promise<LimitGroup> {
    const directory = join(this.#parent, `${GROUP_PREFIX}${name}`);
    await mkdir(directory);
    await Promise.all([
      writeFile(join(directory, 'memory.max'), String(profile.memoryBytes)),
      // Absent where the kernel does not account for swap.
      writeFile(join(directory, 'memory.swap.max'), '0').catch(() => {}),
      // The tree ends as a whole: half a connector is useless.
      writeFile(join(directory, 'memory.oom.group'), '1'),
      writeFile(join(directory, 'pids.max'), String(profile.processes)),
    ]);
    const group = new GroupV2(directory);
    await group.limitCpu(START_CPU_CORES);
    return group;
  }

  async removeForeign(installation: string, bootId: string): Promise<void> {
    for (const name of foreignGroups(readdirSync(this.#parent), installation, bootId)) {
      await removeGroup(join(this.#parent, name));
    }
  }
}

class GroupV2 implements LimitGroup {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async limitCpu(cores: number): Promise<void> {
    const share = `${Math.round(cores * CPU_PERIOD_US)} ${CPU_PERIOD_US}`;
    await writeFile(join(this.#directory, 'cpu.max'), share).catch((error: unknown) => {
      if (!isGroupGone(error)) throw error; // the sandbox ended before its share was due
    });
  }

  async add(pid: number): Promise<void> {
    await writeFile(join(this.#directory, 'cgroup.procs'), String(pid));
  }

  async stats(): Promise<GroupStats> {
    const at = (file: string) => join(this.#directory, file);
    return {
      memoryBytes: await readNumber(at('memory.current')),
      peakMemoryBytes: await readNumber(at('memory.peak')),
      outOfMemory: ((await readNumber(at('memory.events'), 'oom_kill')) ?? 0) > 0,
      processesRefused: (await readNumber(at('pids.events'), 'max')) ?? 0,
    };
  }

  remove(): Promise<boolean> {
    return removeGroup(this.#directory);
  }
}
