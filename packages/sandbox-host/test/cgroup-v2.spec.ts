/** cgroup v2 on a directory that imitates its files: which files get which text. The kernel's side is not in here. */
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROFILES } from '../src/bounds/limits.ts';
import { findCgroupV2 } from '../src/drivers/cgroups/cgroup-v2.ts';

describe('cgroup v2', () => {
  let base: string;
  const at = (...parts: string[]) => join(base, ...parts);
  const text = async (...parts: string[]) => (await readFile(at(...parts), 'utf8')).trim();

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'cgroup-'));
    await mkdir(at('system'));
    await writeFile(at('membership'), '0::/system\n');
    await writeFile(at('system/cgroup.controllers'), 'cpuset cpu io memory pids\n');
    await writeFile(at('system/cgroup.subtree_control'), '\n');
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  const find = () => findCgroupV2(base, at('membership'));
  const given = async () => (await find()).create('inst-boot-1', PROFILES.runtime);
  const group = 'system/patchbay-inst-boot-1';

  it('names the cgroup controllers that are absent', async () => {
    await writeFile(at('system/cgroup.controllers'), 'cpu hugetlb\n');
    await expect(find()).rejects.toThrow(/no controller memory, pids/);
  });

  it('reports that a process is in no group of cgroup version 2', async () => {
    await writeFile(at('membership'), '4:memory:/x\n');
    await expect(find()).rejects.toThrow(/this process is in no group/);
  });

  it('passes the three cgroup controllers on to the children of the group', async () => {
    await find();
    expect(await text('system/cgroup.subtree_control')).toBe('+memory +pids +cpu');
  });

  it('a cgroup limits memory without swap, processes and the CPU share, and ends its tree as one', async () => {
    const limits = await given();
    await limits.limitCpu(0.5);
    await limits.add(34);
    expect({
      memory: await text(group, 'memory.max'),
      swap: await text(group, 'memory.swap.max'),
      whole: await text(group, 'memory.oom.group'),
      pids: await text(group, 'pids.max'),
      cpu: await text(group, 'cpu.max'),
      last: await text(group, 'cgroup.procs'),
    }).toEqual({ memory: '167772160', swap: '0', whole: '1', pids: '40', cpu: '50000 100000', last: '34' });
  });

  it('prepares a move in the cgroup of this process', async () => {
    const limits = await find();
    await limits.expectMove();
    expect(await text('system', 'cgroup.procs')).toBe(String(process.pid));
  });

  it('reads the usage and the refusals of a cgroup', async () => {
    const limits = await given();
    expect(await limits.stats()).toMatchObject({ memoryBytes: null, outOfMemory: false, processesRefused: 0 });
    await writeFile(at(group, 'memory.current'), '1000\n');
    await writeFile(at(group, 'memory.peak'), '2000\n');
    await writeFile(at(group, 'memory.events'), 'low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n');
    await writeFile(at(group, 'pids.events'), 'max 3\n');
    expect(await limits.stats()).toEqual({
      memoryBytes: 1000,
      peakMemoryBytes: 2000,
      outOfMemory: true,
      processesRefused: 3,
    });
  });

  it('removes a cgroup when it is empty, and the groups of earlier boots only', async () => {
    const limits = await given();
    await rm(at(group), { recursive: true });
    await mkdir(at(group));
    expect(await limits.remove()).toBe(true);
    for (const name of ['patchbay-inst-old-1', 'patchbay-inst-boot-2', 'patchbay-other-old-1'])
      await mkdir(at('system', name));
    await (await find()).removeForeign('inst', 'boot');
    await expect(access(at('system/patchbay-inst-old-1'))).rejects.toThrow();
    await access(at('system/patchbay-inst-boot-2'));
    await access(at('system/patchbay-other-old-1'));
  });

  it('a supervisor that restarts inside its own leaf cgroup creates groups beside that leaf', async () => {
    await mkdir(at('system/patchbay-supervisor'));
    await writeFile(at('membership'), '0::/system/patchbay-supervisor\n');
    await given();
    expect(await text(group, 'pids.max')).toBe('40');
  });
});
