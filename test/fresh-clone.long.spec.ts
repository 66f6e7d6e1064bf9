import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { removeInstallation } from '@patchbay/embedded';
import { freePort, skipUnless } from '@patchbay/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { isRunning } from './installation.ts';

/**
 * The promise of the README: a fresh clone, nothing cached, one command. Long, because it downloads everything; run by
 * `npm run test:long`, as root and as a user without any rights.
 */
const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '..');
const NOBODY = 65534;
/**
 * Twice what a calm machine with two cores needs, since the same commit took from 45 to 75 s on different days: compare
 * them with a run of the previous commit on the same machine.
 */
const FIRST_START_MS_MAX = 120_000;
const LATER_START_MS_MAX = 6_000;

let home: string | undefined;
afterEach(async () => {
  if (home) await removeInstallation(path.join(home, 'patchbay/.patchbay'));
  if (home) await rm(home, { recursive: true, force: true });
});

describe.each([
  { who: 'root', id: 0 },
  { who: 'a user without rights', id: NOBODY },
])('npm start in a fresh clone, as $who', ({ id }) => {
  it('npm start in a fresh clone answers within two minutes, and within six seconds the next time', async (context) => {
    skipUnless(context, process.getuid?.() === 0, 'only root can become the other user');
    home = await mkdtemp(path.join(tmpdir(), 'patchbay-clone-'));
    const clone = path.join(home, 'patchbay');
    await run('git', ['clone', '--quiet', '--no-hardlinks', ROOT, clone]);
    await mkdir(path.join(home, 'empty'));
    await run('chown', ['-R', `${id}:${id}`, home]);

    // The same address both times: with another one the served tools would be packed again.
    const place = { clone, port: await freePort() };
    const first = await startOnce(place, id);
    const second = await startOnce(place, id);
    console.info(`fresh clone as uid ${id}: first start ${first} ms, second start ${second} ms`);
    expect(first).toBeLessThan(FIRST_START_MS_MAX);
    expect(second).toBeLessThan(LATER_START_MS_MAX);
  }, 300_000);
});

/** Starts, waits for the ready line, stops as Ctrl-C does, and returns the milliseconds until ready. */
async function startOnce({ clone, port }: { clone: string; port: number }, id: number): Promise<number> {
  const started = performance.now();
  const starter = spawn('npm', ['start'], {
    cwd: clone,
    uid: id,
    gid: id,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: '/usr/local/bin:/usr/bin:/bin',
      HOME: path.join(clone, '../empty'),
      NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS,
      PATCHBAY_PORT: String(port),
    },
  });
  let output = '';
  starter.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  let ready: number | undefined;
  for await (const line of createInterface({ input: starter.stdout })) {
    output += `${line}\n`;
    if (!line.includes('Ctrl-C stops everything')) continue;
    ready = Math.round(performance.now() - started);
    break;
  }
  const ended = once(starter, 'exit');
  if (starter.pid !== undefined && (await isRunning(starter.pid))) process.kill(-starter.pid, 'SIGINT');
  await ended;
  if (ready === undefined) throw new Error(`never ready:\n${output}`);
  return ready;
}
