import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isRunning } from '@patchbay/foundation';
import { UsageEventSchema, usageEventText } from './usage-event.ts';

/**
 * Names of spool files identify their owner: host, process, instance, number. A file is left to its process while that
 * is alive; files of a dead one are shipped by any process. Shipping a file twice is harmless: events are stored by id.
 */

const HOST = hostname().replaceAll(/[^A-Za-z0-9-]/g, '-');
const NAME = /^(?<host>[A-Za-z0-9-]+)\.(?<pid>\d+)\.(?<instance>[0-9a-f]{12})\.(?<number>\d+)\.ndjson$/;

/** Beside a file: those of its lines that this release cannot read. */
const KEPT = '.unreadable';

/** A file is not appended to for this long: it is rotated every second or so. */
const ABANDONED_MS = 600_000;

/** Distinguishes the files of one open spool from those of an earlier process with the same number. */
export function newInstance(): string {
  return randomBytes(6).toString('hex');
}

export function spoolFileName(instance: string, number: number): string {
  return `${HOST}.${process.pid}.${instance}.${String(number).padStart(8, '0')}.ndjson`;
}

/** Selects the spool's own files in the directory. */
export interface OwnFiles {
  readonly instance: string;
  /** The number of the last one that is not written to any more. */
  readonly closed: number;
}

/**
 * Files of the directory that are complete, oldest name first. A file of our own that is opened while the directory is
 * read is not over.
 */
export async function findShippable(directory: string, own: OwnFiles): Promise<readonly string[]> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name));
  const shippable = await Promise.all(names.map((name) => isOver(directory, name, own)));
  return names.filter((_, index) => shippable[index]).sort();
}

async function isOver(directory: string, name: string, own: OwnFiles): Promise<boolean> {
  const { host, pid, instance, number } = NAME.exec(name)?.groups ?? {};
  if (instance === own.instance) return Number(number) <= own.closed;
  if (host === HOST && (Number(pid) === process.pid || !isRunning(Number(pid)))) return true;
  const found = await stat(path.join(directory, name)).catch(() => null);
  return found !== null && Date.now() - found.mtimeMs > ABANDONED_MS;
}

/** One event as stored in a file. */
export interface SpoolLine {
  readonly organizationId: string;
  readonly text: string;
}

/** Lines that are parsed before whatever else waits has its turn: a file may hold thousands. */
const LINES_PER_TURN = 100;

/** Contents of a file. */
export interface SpoolContent {
  readonly events: readonly SpoolLine[];
  /** Lines that are no event here: cut by a kill or a full disk, damaged, or in the format of a later release. */
  readonly unreadable: readonly string[];
}

export async function readLines(file: string): Promise<SpoolContent> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  const events: SpoolLine[] = [];
  const unreadable: string[] = [];
  for (let start = 0; start < lines.length; start += LINES_PER_TURN) {
    for (const line of lines.slice(start, start + LINES_PER_TURN)) {
      const parsed = UsageEventSchema.safeParse(parseJson(line));
      if (!parsed.success) unreadable.push(line);
      else events.push({ organizationId: parsed.data.organizationId, text: usageEventText(parsed.data) });
    }
    await nextTurn();
  }
  return { events, unreadable };
}

/** Puts lines aside, beside the file they are from, before that one is removed. */
export async function keepLines(file: string, lines: readonly string[]): Promise<void> {
  // Written completely under another name first: a kill in between leaves the file itself. Two may do the same at once.
  const written = `${file}${KEPT}.${newInstance()}`;
  await writeFile(written, `${lines.join('\n')}\n`, { mode: 0o600, flush: true });
  await rename(written, `${file}${KEPT}`);
}

/** Lines that another release put aside get another reading: this one may know their format. */
export async function restoreLines(directory: string): Promise<void> {
  const names = new Set(await readdir(directory));
  for (const kept of names) {
    const name = kept.slice(0, -KEPT.length);
    // A file that is still there is shipped first; its own lines are put aside again.
    if (!kept.endsWith(KEPT) || !NAME.test(name) || names.has(name)) continue;
    await rename(path.join(directory, kept), path.join(directory, name));
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Bytes the directory's spool files take, with the lines that were put aside. */
export async function spoolBytes(directory: string): Promise<number> {
  const names = (await readdir(directory)).filter((name) => NAME.test(name.replace(KEPT, '')));
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
