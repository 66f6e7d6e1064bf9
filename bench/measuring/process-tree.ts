import { readdir, readFile } from 'node:fs/promises';

/** The kernel counts in hundredths of a second on every architecture we run on. */
const TICK_MS = 10;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** CPU time so far, ended children included. */
  readonly ms: number;
}

/** CPU time these processes and what they started have taken so far. Milliseconds. */
export async function cpuMs(pids: readonly number[]): Promise<number> {
  const found = await readTree(pids);
  return found.reduce((sum, { ms }) => sum + ms, 0);
}

/** These processes and everything they started that still runs. */
export async function processTree(pids: readonly number[]): Promise<readonly number[]> {
  const found = await readTree(pids);
  return found.map(({ pid }) => pid);
}

async function readTree(pids: readonly number[]): Promise<readonly Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const processes = (await Promise.all(names.map(readProcess))).filter((found) => found !== null);
  const wanted = new Set(pids);
  // A child may have a lower id than its parent, once ids start over: until nothing is added.
  for (let before = -1; before !== wanted.size; ) {
    before = wanted.size;
    for (const { pid, parent } of processes) if (wanted.has(parent)) wanted.add(pid);
  }
  return processes.filter(({ pid }) => wanted.has(pid));
}

async function readProcess(name: string): Promise<Process | null> {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => null);
  if (text === null) return null; // it ended meanwhile
  // Behind the name in brackets, which may hold anything: state, parent, …, time of its own and of ended children.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
  return { pid: Number(name), parent: Number(fields[1]), ms: ticks * TICK_MS };
}
