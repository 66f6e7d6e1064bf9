/** The watch that replaces cgroups, on real processes: each bound by itself, with figures a test can reach. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { PROFILES, type SandboxProfile } from '../src/bounds/limits.ts';
import { UsageWatch } from '../src/drivers/cgroups/usage-watch.ts';
import type { ExceededLimit } from '../src/drivers/driver.ts';

const MEBIBYTE = 1024 * 1024;
/** Nothing of it is reached by a process that does nothing. */
const WIDE: SandboxProfile = {
  ...PROFILES.runtime,
  memoryBytes: 512 * MEBIBYTE,
  scratch: { ...PROFILES.runtime.scratch, files: Number.MAX_SAFE_INTEGER },
};

describe('the usage watch', () => {
  const watch = new UsageWatch();
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) {
      if (child.pid !== undefined) watch.remove(child.pid);
      child.kill('SIGKILL');
    }
  });

  async function running(code: string): Promise<{ child: ChildProcess; pid: number }> {
    const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.push(child);
    await once(child, 'spawn');
    return { child, pid: child.pid ?? 0 };
  }

  const exceeded = (pid: number, profile: SandboxProfile) =>
    new Promise<ExceededLimit>((resolve) => watch.add(pid, { profile, hasGroup: false }, resolve));

  it.each<[ExceededLimit, string, Partial<SandboxProfile>]>([
    ['cpu', 'for (;;);', { cpuMsPerMinute: 300 }],
    [
      'memory',
      'globalThis.hoard = Buffer.alloc(256 << 20, 1); setInterval(() => {}, 1e3)',
      { memoryBytes: 128 * MEBIBYTE },
    ],
    [
      'processes',
      `for (let i = 0; i < 3; i++) require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e3)']); setInterval(() => {}, 1e3)`,
      { processes: 2 },
    ],
  ])('the usage watch reports the limit of a process tree that exceeds it: %s', async (limit, code, bound) => {
    const { pid } = await running(code);
    expect(await exceeded(pid, { ...WIDE, ...bound })).toBe(limit);
  });

  it('the usage watch reports nothing about a process tree that stays below its limits', async () => {
    const { child, pid } = await running(`setTimeout(() => console.log('done'), 500)`);
    let reported: ExceededLimit | null = null;
    watch.add(pid, { profile: WIDE, hasGroup: false }, (limit) => {
      reported = limit;
    });
    await once(child, 'exit');
    expect(reported).toBeNull();
  });
});
