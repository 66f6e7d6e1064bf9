import { closeSync, openSync, writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '@patchbay/foundation';
import type { Database } from '../database/index.ts';
import {
  findShippable,
  keepLines,
  newInstance,
  readLines,
  removeFile,
  restoreLines,
  type SpoolContent,
  type SpoolLine,
  spoolBytes,
  spoolFileName,
} from './spool-files.ts';
import { type UsageEvent, usageEventText } from './usage-event.ts';
import { insertUsageEvents } from './usage-rows.ts';

/**
 * Keeps usage events of calls on the local disk until the database has them. An event is in the kernel before its
 * answer leaves, so a killed process loses none; loss of the machine loses at most what the kernel had not written.
 * A full disk or a full spool never stops a call: the event is dropped, and the loss is counted and shown.
 */

export interface UsageSpoolOptions {
  /** Directory of this installation's gateways; each process writes files of its own. */
  readonly directory: string;
  readonly database: Database;
  readonly logger?: Logger;
  /** Between two shipments. */
  readonly shipIntervalMs?: number;
  /** Disk the spool may take before events are dropped and counted. */
  readonly bytesMax?: number;
}

export interface UsageSpool {
  /** Resolves when the event is in the kernel (one `write(2)` per batch). Never rejects. */
  append(event: UsageEvent): Promise<void>;
  /** Sends what was written so far, and what dead processes left, to the database. Rejects when that is away. */
  ship(): Promise<void>;
  statistics(): UsageStatistics;
  close(): Promise<void>;
}

/** Since the start of the process. */
export interface UsageStatistics {
  readonly appended: number;
  readonly shipped: number;
  readonly dropped: number;
  /** Lines that are no event of this release: put aside beside their files, for a release that can read them. */
  readonly unreadable: number;
}

const EVENTS_PER_INSERT = 500;
/** Events that are remembered until they are shipped, so that they need not be read back; their files hold all. */
const REMEMBERED_MAX = 20_000;

/** The file that is written to, with its lines. */
interface OpenFile {
  readonly name: string;
  readonly descriptor: number;
  readonly lines: SpoolLine[];
}

/** Opens the spool and takes over what dead processes left in the directory. */
export async function openUsageSpool(options: UsageSpoolOptions): Promise<UsageSpool> {
  const { directory, database, logger } = options;
  const bytesMax = options.bytesMax ?? 256 * 1024 * 1024;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await restoreLines(directory);
  const counts = { appended: 0, shipped: 0, dropped: 0, unreadable: 0 };
  let bytes = await spoolBytes(directory);
  const instance = newInstance();
  let fileNumber = 0;
  let file: OpenFile | undefined;
  const remembered = new Map<string, readonly SpoolLine[]>();
  let rememberedLines = 0;
  let waiting: SpoolLine[] = [];
  let batch: Promise<void> | undefined;

  /**
   * Not on a thread: the kernel copies a few hundred bytes in microseconds, while the way to a thread and back is the
   * better part of what a call costs.
   */
  function writeWaiting(): void {
    const lines = waiting;
    waiting = [];
    batch = undefined;
    const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(''));
    try {
      if (bytes + text.length > bytesMax) throw new Error('the spool is full');
      file ??= openNext();
      for (let at = 0; at < text.length; ) at += writeSync(file.descriptor, text, at);
      file.lines.push(...lines);
      bytes += text.length;
      counts.appended += lines.length;
    } catch (error) {
      if (counts.dropped === 0) logger?.error({ err: error }, 'usage events are being dropped');
      counts.dropped += lines.length;
      // The disk may have taken half a line; the next event must not be written behind it.
      rotate();
    }
  }

  function openNext(): OpenFile {
    fileNumber += 1;
    const name = spoolFileName(instance, fileNumber);
    return { name, descriptor: openSync(path.join(directory, name), 'ax', 0o600), lines: [] };
  }

  function rotate(): void {
    if (file === undefined) return;
    const { name, descriptor, lines } = file;
    file = undefined;
    if (rememberedLines + lines.length <= REMEMBERED_MAX) {
      remembered.set(name, lines);
      rememberedLines += lines.length;
    }
    try {
      closeSync(descriptor);
    } catch {
      // An event that the disk refused is lost already; the next event gets a file of its own.
    }
  }

  async function shipFile(name: string): Promise<void> {
    const location = path.join(directory, name);
    const own = remembered.get(name);
    const { events, unreadable } = own
      ? { events: own, unreadable: [] }
      : await readLines(location).catch(noneIfShipped);
    for (const [organizationId, ofOne] of Map.groupBy(events, (line) => line.organizationId)) {
      for (let start = 0; start < ofOne.length; start += EVENTS_PER_INSERT) {
        const texts = ofOne.slice(start, start + EVENTS_PER_INSERT).map(({ text }) => text);
        await database.withOrganization({ organizationId }, (tx) => insertUsageEvents(tx, texts));
      }
    }
    if (unreadable.length > 0) {
      await keepLines(location, unreadable);
      counts.unreadable += unreadable.length;
      logger?.warn({ file: name, lines: unreadable.length }, 'lines of the usage spool cannot be read; they are kept');
    }
    await removeFile(location);
    counts.shipped += events.length;
    forget(name);
  }

  function forget(name: string): void {
    rememberedLines -= remembered.get(name)?.length ?? 0;
    remembered.delete(name);
  }

  let shipping: Promise<void> | undefined;
  function ship(): Promise<void> {
    shipping ??= (async () => {
      rotate();
      const names = new Set(await findShippable(directory, { instance, closed: fileNumber }));
      // Shipped by another process, which took this one for dead.
      for (const name of remembered.keys()) if (!names.has(name)) forget(name);
      for (const name of names) await shipFile(name);
      bytes = await spoolBytes(directory);
    })().finally(() => {
      shipping = undefined;
    });
    return shipping;
  }

  let complained = false;
  const timer = setInterval(() => {
    ship().then(
      () => {
        complained = false;
      },
      (error: unknown) => {
        if (!complained) logger?.warn({ err: error }, 'usage events wait on disk for the database');
        complained = true;
      },
    );
  }, options.shipIntervalMs ?? 1_000);
  timer.unref();

  return {
    append(event) {
      waiting.push({ organizationId: event.organizationId, text: usageEventText(event) });
      // Further events of this turn of the event loop go into the same write.
      batch ??= nextTurn().then(writeWaiting);
      return batch;
    },
    ship,
    statistics: () => ({ ...counts }),
    async close() {
      clearInterval(timer);
      await batch;
      // Events that cannot be shipped now stay on disk for the next process.
      await ship().catch(() => {});
      rotate();
    },
  };
}

/** A file that is gone was shipped by another process. */
function noneIfShipped(error: NodeJS.ErrnoException): SpoolContent {
  if (error.code === 'ENOENT') return { events: [], unreadable: [] };
  throw error;
}
