import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { UsageEventSchema, usageEventText } from './usage-event.ts';

/**
 * Names of spool files say whose they are: host, process, instance, number. A file is left to its process while that
 * lives; a dead one's files belong to whoever looks. Two who ship the same file do no harm: events are stored by id.
 */

const HOST = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
const NAME = /^(?<host>[A-Za-z0-9-]+)\.(?<pid>\d+)\.(?<instance>[0-9a-f]{12})\.(?<number>\d+)\.ndjson$/;

/** Nobody appends to a file for this long: it is rotated every second or so. */
const ABANDONED_MS = 600_000;

/** Tells the files of one open spool from those of a process that had the same number before. */
export function newInstance(): string {
  return randomBytes(6).toString('hex');
}

export function spoolFileName(instance: string, number: number): string {
  return `${HOST}.${process.pid}.${instance}.${String(number).padStart(8, '0')}.ndjson`;
}

/** What of the directory's files is one spool's own. */
export interface OwnFiles {
  readonly instance: string;
  /** The number of the last one that is not written to any more. */
  readonly closed: number;
}

/**
 * Files of the directory that nobody appends to any more, oldest name first. A file of our own that is opened
 * while the directory is read is not over.
 */
export async function findShippable(directory: string, own: OwnFiles): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name));
  const shippable = await Promise.all(names.map((name) => isOver(directory, name, own)));
  return names.filter((_, index) => shippable[index]).sort();
}

async function isOver(directory: string, name: string, own: OwnFiles): Promise<boolean> {
  const { host, pid, instance, number } = NAME.exec(name)?.groups ?? {};
  if (instance === own.instance) return Number(number) <= own.closed;
  if (host === HOST && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  const found = await stat(path.join(directory, name)).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > ABANDONED_MS;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // process.kill throws system errors only.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** One event as it lies in a file. */
export interface SpoolLine {
  readonly organizationId: string;
  readonly text: string;
}

/** Lines that are parsed before whatever else waits has its turn: a file may hold thousands. */
const LINES_PER_TURN = 100;

/** The whole events of a file; the last line of a killed process may be cut, and is none. */
export async function readLines(file: string): Promise<readonly SpoolLine[]> {
  const lines = (await readFile(file, 'utf8')).split('\n');
  const whole: SpoolLine[] = [];
  for (let start = 0; start < lines.length; start += LINES_PER_TURN) {
    for (const line of lines.slice(start, start + LINES_PER_TURN)) {
      const parsed = UsageEventSchema.safeParse(parseJson(line));
      if (!parsed.success) continue;
      whole.push({ organizationId: parsed.data.organizationId, text: usageEventText(parsed.data) });
    }
    await nextTurn();
  }
  return whole;
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Bytes the directory's spool files take. */
export async function spoolBytes(directory: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name));
  const sizes = await Promise.all(
    names.map((name) =>
      stat(path.join(directory, name)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

export function removeFile(file: string): Promise<void> {
  return rm(file, { force: true });
}
