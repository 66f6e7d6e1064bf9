/** Starts through few uids while supervisors, bubblewrap and runners are killed at random, and everything that went wrong. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bubblewrapFile } from '@patchbay/testing';
import { processesOf } from '../../src/drivers/processes-of-uids.ts';
import { seededRandom } from './seeded-random.ts';

const PROGRAM = join(import.meta.dirname, '../programs/storming-supervisor.ts');
const UIDS = 64;
const CONTROLLERS = ['memory', 'pids', 'cpu', 'unified', ''];

export interface Storm {
  readonly starts: number;
  readonly seed: number;
  /** Starts of one supervisor before it is killed: at most this many. */
  readonly startsPerBootMax: number;
}

export interface StormReport {
  readonly starts: number;
  readonly kills: number;
  /** Empty when every rule held. */
  readonly broken: readonly string[];
}

type StormMessage =
  | { readonly kind: 'ready' | 'stopped' }
  | { readonly kind: 'started' | 'ended'; readonly uid: number; readonly pid: number };

export async function runStorm({ starts, seed, startsPerBootMax }: Storm): Promise<StormReport> {
  const directory = await mkdtemp('/var/tmp/patchbay-storm-');
  await chmod(directory, 0o711); // sandboxes have other uids
  const random = seededRandom(seed);
  const broken: string[] = [];
  const uids = new Set<number>();
  let [started, kills] = [0, 0];
  try {
    while (started < starts) {
      const untilKill = Math.min(starts - started, 1 + Math.floor(random() * startsPerBootMax));
      const isLast = started + untilKill >= starts;
      started += await runBoot(directory, { seed: seed + kills, untilKill, isLast, uids, broken });
      if (!isLast) kills += 1;
    }
    broken.push(...leftoversOf(directory, uids));
    return { starts: started, kills, broken };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Boot {
  readonly seed: number;
  readonly untilKill: number;
  readonly isLast: boolean;
  /** Every uid seen so far, of all boots. */
  readonly uids: Set<number>;
  readonly broken: string[];
}

/** One life of a supervisor: killed in the middle of its work, or asked to stop when it is the last. */
async function runBoot(directory: string, { seed, untilKill, isLast, uids, broken }: Boot): Promise<number> {
  const child = fork(PROGRAM, [directory, bubblewrapFile(), String(seed), String(UIDS)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const owners = new Map<number, number>();
  let started = 0;
  child.on('message', (message: StormMessage) => {
    if (message.kind === 'ready') {
      broken.push(...leftoversOf(directory, uids));
      child.send({ kind: 'go' });
    }
    if (message.kind === 'ended') owners.delete(message.uid);
    if (message.kind !== 'started') return;
    const owner = owners.get(message.uid);
    if (owner !== undefined) broken.push(`uid ${message.uid} belongs to ${owner} and ${message.pid}`);
    owners.set(message.uid, message.pid);
    uids.add(message.uid);
    started += 1;
    if (started !== untilKill) return;
    if (isLast) child.send({ kind: 'stop' });
    else child.kill('SIGKILL');
  });
  const [code, signal] = await once(child, 'exit');
  const expected = isLast ? code === 0 : signal === 'SIGKILL';
  if (!expected) broken.push(`the supervisor ended by itself: ${code ?? signal}`);
  if (started === 0) throw new Error('no sandbox was started');
  return started;
}

/** Remains that must not exist when a supervisor reports ready, and when the last one is gone. */
function leftoversOf(directory: string, uids: ReadonlySet<number>): string[] {
  const first = Math.min(...uids);
  const processes = uids.size === 0 ? [] : processesOf({ first, count: Math.max(...uids) - first + 1 });
  const sockets = readdirSync(join(directory, 's'));
  return [
    ...processes.map((pid) => `process ${pid} is left`),
    ...sockets.map((name) => `directory ${name} is left`),
    ...groupsOf('boot').map((name) => `cgroup ${name} is left`),
  ];
}

/** Cgroups below any mount that a storming supervisor made: their names carry its boot id. */
function groupsOf(bootId: string): string[] {
  return CONTROLLERS.flatMap((controller) => {
    try {
      return readdirSync(join('/sys/fs/cgroup', controller)).filter((name) => name.includes(`-${bootId}`));
    } catch {
      return [];
    }
  });
}
