import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { freePort, skipUnless } from '@patchbay/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BareMachine, type BareUser, NORMAL_USER, ROOT_USER } from './bare-machine.ts';

/**
 * The promise of the README, on a machine that has nothing but what it names: Debian, Node and npm. Run by
 * `npm run test:long`; about an hour, most of it the two runs of all tests.
 */
const START_MS_MAX = 300_000;
const STOP_MS_MAX = 60_000;
const TESTS_MS_MAX = 3_600_000;
/**
 * Tests that cannot run, each named with its reason at the end of the run: below /root no other user can enter a
 * checkout, and a user without rights has no mounts, accounts and groups.
 */
const SKIPPED_MAX = { root: 1, builder: 10 } as Record<string, number>;
const PASSED_MIN = 2_000;

let machine: BareMachine | undefined;
beforeAll(async () => {
  if (process.getuid?.() === 0) machine = await BareMachine.create();
}, 900_000);
afterAll(() => machine?.remove(), 120_000);

describe.each([ROOT_USER, NORMAL_USER])('on a bare Debian with Node and npm, as $name', (user) => {
  it(
    'npm start runs the platform on a bare Debian, and npm test passes',
    async (context) => {
      skipUnless(context, process.getuid?.() === 0, 'only root can make a system of its own');
      if (!machine) return;
      await machine.cloneFor(user);
      const start = await started(machine, user);
      console.info(`bare Debian as ${user.name}: npm start answered after ${start} ms`);
      expect(start).toBeLessThan(START_MS_MAX);

      const began = performance.now();
      const { code, lines } = await tested(machine, user);
      const closing = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(lines.at(-1) ?? '');
      const seconds = Math.round((performance.now() - began) / 1000);
      console.info(`bare Debian as ${user.name}: npm test after ${seconds} s: ${lines.at(-1)}`);
      const [passed, failed, skipped] = [1, 2, 3].map((group) => Number(closing?.[group] ?? 0));
      expect(failed, lines.filter((line) => /FAIL|Error/.test(line)).join('\n')).toBe(0);
      expect(code, lines.slice(-60).join('\n')).toBe(0);
      expect(passed).toBeGreaterThan(PASSED_MIN);
      const skips = lines.filter((line) => line.startsWith('skipped: '));
      console.info(skips.join('\n'));
      expect(skipped, skips.join('\n')).toBeLessThanOrEqual(SKIPPED_MAX[user.name] ?? 0);
    },
    TESTS_MS_MAX + START_MS_MAX,
  );
});

/** Milliseconds until everything answers. The platform is stopped again. */
async function started(on: BareMachine, user: BareUser): Promise<number> {
  const began = performance.now();
  const starter = on.spawn(user, `PATCHBAY_PORT=${await freePort()} npm start`);
  const lines: string[] = [];
  starter.stderr?.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  try {
    if (!starter.stdout) throw new Error('a pipe was asked for');
    for await (const line of createInterface({ input: starter.stdout })) {
      lines.push(line);
      if (line.includes('Ctrl-C stops everything')) return Math.round(performance.now() - began);
    }
    throw new Error(`never ready:\n${lines.join('\n')}`);
  } finally {
    const ended = once(starter, 'exit');
    // As Ctrl-C does: the process group. A process that ignores it ends with the namespace.
    if (starter.pid !== undefined) process.kill(-starter.pid, 'SIGINT');
    const late = setTimeout(() => starter.kill('SIGKILL'), STOP_MS_MAX);
    await ended;
    clearTimeout(late);
  }
}

async function tested(on: BareMachine, user: BareUser): Promise<{ code: number | null; lines: string[] }> {
  const child = on.spawn(user, 'npm test 2>&1');
  const lines: string[] = [];
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (!child.stdout) throw new Error('a pipe was asked for');
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  return { code: await ended, lines };
}
