import type { NewLogLine } from '@patchbay/domain/logs';
import type { LogRecord } from '@patchbay/sandbox/protocol';

export interface LogBatcherOptions {
  /** Stores a batch of lines of any organizations. */
  insert(lines: readonly NewLogLine[]): Promise<void>;
  /** Told how many lines could not be kept. */
  onDropped(lines: number): void;
  readonly flushIntervalMs: number;
  /** Lines that may wait while the database is away. */
  readonly waitingMax: number;
}

/** Collects what connectors write and stores it in batches, so that a chatty connector costs one transaction a beat. */
export interface LogBatcher {
  add(record: LogRecord): void;
  /** Stores what waits; resolves when it is stored or given up. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const BATCH_MAX = 500;

export function createLogBatcher(options: LogBatcherOptions): LogBatcher {
  let waiting: NewLogLine[] = [];
  let flushing: Promise<void> = Promise.resolve();
  let timer: NodeJS.Timeout | undefined;

  const flushOnce = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH_MAX);
      try {
        await options.insert(batch);
      } catch {
        // Kept for the next beat; `add` bounds how many.
        return;
      }
      waiting = waiting.slice(batch.length);
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    flushing = flushing.then(flushOnce).then(() => {
      if (waiting.length > 0) arm();
    });
    return flushing;
  };
  const arm = (): void => {
    timer ??= setTimeout(() => void flush(), options.flushIntervalMs).unref();
  };

  return {
    add(record) {
      if (waiting.length >= options.waitingMax) return options.onDropped(1);
      waiting.push(logLine(record));
      arm();
    },
    flush,
    async close() {
      await flush();
      clearTimeout(timer);
      if (waiting.length > 0) options.onDropped(waiting.length);
    },
  };
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
