import type { Logger } from '@patchbay/foundation';

const REPORT_MS = 60_000;

/** Counts requests for the log, which is the keyholder's only way out: a line a minute, and one at once when it holds back. */
export class RequestCounts {
  readonly #logger: Pick<Logger, 'info' | 'error'>;
  readonly #timer: NodeJS.Timeout;
  readonly #counts = new Map<string, number>();
  readonly #alerted = new Set<string>();

  constructor(logger: Pick<Logger, 'info' | 'error'>) {
    this.#logger = logger;
    this.#timer = setInterval(() => this.report(), REPORT_MS).unref();
  }

  add(role: string, operation: string, result: string): void {
    const name = `${role} ${operation} ${result}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    if (result !== 'throttled' || this.#alerted.has(role)) return;
    this.#alerted.add(role);
    this.#logger.error(
      { role, operation },
      'ALERT: a process asks for the keys of far more organizations than it serves, and is held back',
    );
  }

  /** Writes what was counted since the last time. */
  report(): void {
    this.#alerted.clear();
    if (this.#counts.size === 0) return;
    this.#logger.info({ requests: Object.fromEntries(this.#counts) }, 'requests of the last minute');
    this.#counts.clear();
  }

  close(): void {
    clearInterval(this.#timer);
    this.report();
  }
}
