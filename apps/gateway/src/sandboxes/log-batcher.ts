import type { NewLogLine } from '@patchbay/domain/logs';
import type { LogRecord } from '@patchbay/sandbox-protocol';

export interface LogBatcherOptions {
  /** Stores a batch of lines of any organizations. */
  insert(lines: readonly NewLogLine[]): Promise<void>;
  /** Called with the number of lost lines. */
  onDropped(lines: number): void;
  readonly flushIntervalMs: number;
  /** Lines that may wait while the database is away. */
  readonly waitingMax: number;
}

const BATCH_MAX = 500;

/** Collects what connectors write and stores it in batches, so that a chatty connector costs one transaction per interval. */
export class LogBatcher {
  readonly #options: LogBatcherOptions;
  #waiting: NewLogLine[] = [];
  #flushing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LogBatcherOptions) {
    this.#options = options;
  }

  add(record: LogRecord): void {
    if (this.#waiting.length >= this.#options.waitingMax) {
      this.#options.onDropped(1);
      return;
    }
    this.#waiting.push(logLine(record));
    this.#arm();
  }

  /** Stores what waits; resolves when it is stored or given up. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing
      .then(() => this.#flushOnce())
      .then(() => {
        if (this.#waiting.length > 0) this.#arm();
      });
    return this.#flushing;
  }

  async close(): Promise<void> {
    await this.flush();
    clearTimeout(this.#timer);
    if (this.#waiting.length > 0) this.#options.onDropped(this.#waiting.length);
  }

  async #flushOnce(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, BATCH_MAX);
      try {
        await this.#options.insert(batch);
      } catch {
        // Kept for the next interval; `add` bounds how many.
        return;
      }
      this.#waiting = this.#waiting.slice(batch.length);
    }
  }

  #arm(): void {
    this.#timer ??= setTimeout(() => void this.flush(), this.#options.flushIntervalMs).unref();
  }
}

function logLine(record: LogRecord): NewLogLine {
  const { organizationId, connectorId, versionId, subject } = record.key;
  const { sandboxId, level, source, text, requestId } = record;
  return {
    organizationId,
    connectorId,
    versionId,
    subject,
    sandboxId,
    level,
    source,
    text,
    requestId,
    at: new Date(record.at),
  };
}
