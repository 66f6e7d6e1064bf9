import { type FileHandle, mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from '@patchbay/foundation';
import type { Database } from '../database/index.ts';
import { findShippable, readEvents, removeFile, spoolBytes, spoolFileName } from './spool-files.ts';
import type { UsageEvent } from './usage-event.ts';
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
  statistics(): { readonly appended: number; readonly shipped: number; readonly dropped: number };
  close(): Promise<void>;
}

const EVENTS_PER_INSERT = 500;

/** Opens the spool and takes over what dead processes left in the directory. */
export async function openUsageSpool(options: UsageSpoolOptions): Promise<UsageSpool> {
  const { directory, database, logger } = options;
  const bytesMax = options.bytesMax ?? 256 * 1024 * 1024;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const counts = { appended: 0, shipped: 0, dropped: 0 };
  let bytes = await spoolBytes(directory);
  let fileNumber = 0;
  let file: { readonly name: string; readonly handle: FileHandle; written: number } | undefined;
  let waiting: string[] = [];
  let batch: Promise<void> | undefined;
  // Writing and rotating take turns, so that a closed file is whole.
  let turn: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => {});
    return result;
  };

  async function writeWaiting(): Promise<void> {
    const lines = waiting;
    waiting = [];
    batch = undefined;
    const text = Buffer.from(lines.join(''));
    try {
      if (bytes + text.length > bytesMax) throw new Error('the spool is full');
      if (file === undefined) {
        fileNumber += 1;
        const name = spoolFileName(fileNumber);
        file = { name, handle: await open(path.join(directory, name), 'ax', 0o600), written: 0 };
      }
      await file.handle.writeFile(text);
      file.written += text.length;
      bytes += text.length;
      counts.appended += lines.length;
    } catch (error) {
      if (counts.dropped === 0) logger?.error({ err: error }, 'usage events are being dropped');
      counts.dropped += lines.length;
      // The disk may have taken half a line; the next event must not be written behind it.
      await rotate().catch(() => undefined);
    }
  }

  async function rotate(): Promise<void> {
    const closing = file;
    file = undefined;
    await closing?.handle.close();
  }

  async function shipFile(name: string): Promise<void> {
    const location = path.join(directory, name);
    const events = await readEvents(location).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return []; // another process shipped it
      throw error;
    });
    for (const [organizationId, ofOne] of Map.groupBy(events, (event) => event.organizationId)) {
      for (let start = 0; start < ofOne.length; start += EVENTS_PER_INSERT) {
        const slice = ofOne.slice(start, start + EVENTS_PER_INSERT);
        await database.withOrganization({ organizationId }, (tx) => insertUsageEvents(tx, slice));
      }
    }
    await removeFile(location);
    counts.shipped += events.length;
  }

  let shipping: Promise<void> | undefined;
  function ship(): Promise<void> {
    shipping ??= (async () => {
      await inTurn(rotate);
      for (const name of await findShippable(directory, file?.name ?? '')) await shipFile(name);
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
      waiting.push(`${JSON.stringify(event)}\n`);
      batch ??= inTurn(writeWaiting);
      return batch;
    },
    ship,
    statistics: () => ({ ...counts }),
    async close() {
      clearInterval(timer);
      await turn;
      // What cannot be shipped now stays on disk for the next process.
      await ship().catch(() => {});
      await inTurn(rotate);
    },
  };
}
