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

/**
 * Keeps usage events of calls on the local disk until the database has them. An event is in the kernel before its
 * answer leaves, so a killed process loses none; loss of the machine loses at most what the kernel had not written.
 * A full disk or a full spool never stops a call: the event is dropped, and the loss is counted and shown.
 */
export class UsageSpool {
  readonly #options: UsageSpoolOptions;
  readonly #bytesMax: number;
  readonly #instance = newInstance();
  readonly #timer: NodeJS.Timeout;
  readonly #counts = { appended: 0, shipped: 0, dropped: 0, unreadable: 0 };
  readonly #remembered = new Map<string, readonly SpoolLine[]>();
  #rememberedLines = 0;
  #bytes: number;
  #fileNumber = 0;
  #file: OpenFile | undefined;
  #waiting: SpoolLine[] = [];
  #batch: Promise<void> | undefined;
  #shipping: Promise<void> | undefined;
  #complained = false;

  private constructor(options: UsageSpoolOptions, bytes: number) {
    this.#options = options;
    this.#bytesMax = options.bytesMax ?? 256 * 1024 * 1024;
    this.#bytes = bytes;
    this.#timer = setInterval(() => this.#shipNowAndThen(), options.shipIntervalMs ?? 1_000).unref();
  }

  /** Opens the spool and takes over what dead processes left in the directory. */
  static async open(options: UsageSpoolOptions): Promise<UsageSpool> {
    await mkdir(options.directory, { recursive: true, mode: 0o700 });
    await restoreLines(options.directory);
    return new UsageSpool(options, await spoolBytes(options.directory));
  }

  /** Resolves when the event is in the kernel (one `write(2)` per batch). Never rejects. */
  append(event: UsageEvent): Promise<void> {
    this.#waiting.push({ organizationId: event.organizationId, text: usageEventText(event) });
    // Further events of this turn of the event loop go into the same write.
    this.#batch ??= nextTurn().then(() => this.#writeWaiting());
    return this.#batch;
  }

  /** Sends what was written so far, and what dead processes left, to the database. Rejects when that is away. */
  ship(): Promise<void> {
    this.#shipping ??= this.#shipAll().finally(() => {
      this.#shipping = undefined;
    });
    return this.#shipping;
  }

  statistics(): UsageStatistics {
    return { ...this.#counts };
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#batch;
    // Events that cannot be shipped now stay on disk for the next process.
    await this.ship().catch(() => {});
    this.#rotate();
  }

  /**
   * Not on a thread: the kernel copies a few hundred bytes in microseconds, while the way to a thread and back is the
   * better part of what a call costs.
   */
  #writeWaiting(): void {
    const lines = this.#waiting;
    this.#waiting = [];
    this.#batch = undefined;
    const text = Buffer.from(lines.map((line) => `${line.text}\n`).join(''));
    try {
      if (this.#bytes + text.length > this.#bytesMax) throw new Error('the spool is full');
      this.#file ??= this.#openNext();
      for (let at = 0; at < text.length; ) at += writeSync(this.#file.descriptor, text, at);
      this.#file.lines.push(...lines);
      this.#bytes += text.length;
      this.#counts.appended += lines.length;
    } catch (error) {
      if (this.#counts.dropped === 0) this.#options.logger?.error({ err: error }, 'usage events are being dropped');
      this.#counts.dropped += lines.length;
      // The disk may have taken half a line; the next event must not be written behind it.
      this.#rotate();
    }
  }

  #openNext(): OpenFile {
    this.#fileNumber += 1;
    const name = spoolFileName(this.#instance, this.#fileNumber);
    return { name, descriptor: openSync(path.join(this.#options.directory, name), 'ax', 0o600), lines: [] };
  }

  #rotate(): void {
    if (this.#file === undefined) return;
    const { name, descriptor, lines } = this.#file;
    this.#file = undefined;
    if (this.#rememberedLines + lines.length <= REMEMBERED_MAX) {
      this.#remembered.set(name, lines);
      this.#rememberedLines += lines.length;
    }
    try {
      closeSync(descriptor);
    } catch {
      // An event that the disk refused is lost already; the next event gets a file of its own.
    }
  }

  async #shipAll(): Promise<void> {
    const { directory } = this.#options;
    this.#rotate();
    const names = new Set(await findShippable(directory, { instance: this.#instance, closed: this.#fileNumber }));
    // Shipped by another process, which took this one for dead.
    for (const name of this.#remembered.keys()) if (!names.has(name)) this.#forget(name);
    for (const name of names) await this.#shipFile(name);
    this.#bytes = await spoolBytes(directory);
  }

  async #shipFile(name: string): Promise<void> {
    const { directory, database, logger } = this.#options;
    const location = path.join(directory, name);
    const own = this.#remembered.get(name);
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
      this.#counts.unreadable += unreadable.length;
      logger?.warn({ file: name, lines: unreadable.length }, 'lines of the usage spool cannot be read; they are kept');
    }
    await removeFile(location);
    this.#counts.shipped += events.length;
    this.#forget(name);
  }

  #forget(name: string): void {
    this.#rememberedLines -= this.#remembered.get(name)?.length ?? 0;
    this.#remembered.delete(name);
  }

  #shipNowAndThen(): void {
    this.ship().then(
      () => {
        this.#complained = false;
      },
      (error: unknown) => {
        if (!this.#complained) {
          this.#options.logger?.warn({ err: error }, 'usage events wait on disk for the database');
        }
        this.#complained = true;
      },
    );
  }
}

/** A file that is gone was shipped by another process. */
function noneIfShipped(error: NodeJS.ErrnoException): SpoolContent {
  if (error.code === 'ENOENT') return { events: [], unreadable: [] };
  throw error;
}
