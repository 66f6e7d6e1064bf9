/**
 * A supervisor's driver in a process of its own, so that a test can kill it: starts sandboxes, ends them in every
 * possible way, and reports the owner and time of each uid to its parent. Arguments: directory, the bubblewrap program,
 * seed, number of uids.
 */
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newId } from '@patchbay/foundation';
import { createBubblewrapDriver } from '../../src/drivers/create-bubblewrap-driver.ts';
import type { SandboxProcess } from '../../src/drivers/driver.ts';
import { seededRandom } from '../hygiene/seeded-random.ts';

const LANES = 3;
const KEPT_MAX = 24;

const [directory = '', bubblewrapFile = '', seed = '1', uidCount = '64'] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const programFile = join(directory, 'waits.cjs');
writeFileSync(programFile, 'setInterval(() => {}, 1000);', { mode: 0o644 });
const driver = await createBubblewrapDriver({
  directory,
  bubblewrapFile,
  nodeFile: process.execPath,
  bootId: `boot${Number(seed).toString(16).padStart(8, '0')}`,
  probeProgramFile: programFile,
  uidCount: Number(uidCount),
});
await driver.removeLeftovers();
const released = once(process, 'message');
process.send?.({ kind: 'ready' });
await released; // the parent looks at what is left, before anything new is there

const kept: SandboxProcess[] = [];
const ends: Promise<unknown>[] = [];
let stopping = false;
process.on('message', () => {
  stopping = true;
});

await Promise.all(Array.from({ length: LANES }, storm));
await Promise.all(kept.map((sandbox) => driver.stop(sandbox)));
await Promise.all(ends);
process.send?.({ kind: 'stopped' });
process.disconnect();

async function storm(): Promise<void> {
  while (!stopping) {
    const sandbox = await driver.start({ sandboxId: newId('sandbox'), profile: 'runtime', programFile, mounts: [] });
    const [uid, monitor] = [field(sandbox.pid, 'Uid'), field(sandbox.pid, 'PPid')];
    process.send?.({ kind: 'started', uid, pid: sandbox.pid });
    ends.push(sandbox.exited.then(() => process.send?.({ kind: 'ended', uid, pid: sandbox.pid })));
    const choice = random();
    if (choice < 0.2) kept.push(sandbox);
    else if (choice < 0.5) await driver.stop(sandbox);
    else process.kill(choice < 0.75 ? sandbox.pid : monitor, 'SIGKILL'); // the runner, or bubblewrap itself
    const oldest = kept.length > KEPT_MAX ? kept.shift() : undefined;
    if (oldest) await driver.stop(oldest);
  }
}

function field(pid: number, name: string): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${name}:\t(\\d+)`, 'm').exec(status)?.[1]);
}
