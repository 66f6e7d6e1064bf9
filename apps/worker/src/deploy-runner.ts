import type { Database } from '@patchbay/domain';
import type { Logger } from '@patchbay/foundation';
import { waitAtMost } from '@patchbay/foundation';
import type { DueVersion } from './deploy/deploy-version.ts';

const DUE_MAX = 500;
/**
 * Delays before an interrupted deploy continues; the last one repeats while a supervisor or the store is unreachable.
 */
const RESUME_DELAYS_MS = [500, 1_000, 2_000, 4_000, 8_000] as const;

export interface DeployRunnerOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Deploys at once. */
  readonly concurrency: number;
  readonly sweepMs: number;
  /** How often and how long it looks after the start and after an interrupted deploy: until old leases have run out. */
  readonly watchMs: { readonly every: number; readonly during: number };
  run(due: DueVersion): Promise<void>;
}

/**
 * Runs what is due: when the queue names it, and by looking into the database, closely at start, when the queue comes
 * back and after an interruption, else now and then. So a lost queue, a changed one or a killed worker only delay a
 * deploy.
 */
export class DeployRunner {
  readonly #options: DeployRunnerOptions;
  readonly #running = new Map<string, Promise<void>>();
  readonly #waiting: DueVersion[] = [];
  readonly #interrupted = new Map<string, { readonly times: number; readonly until: number }>();
  #closed = false;
  #timer: NodeJS.Timeout | undefined;
  #watchUntil = 0;
  #looking = false;

  private constructor(options: DeployRunnerOptions) {
    this.#options = options;
  }

  static start(options: DeployRunnerOptions): DeployRunner {
    const runner = new DeployRunner(options);
    runner.watch();
    void runner.#look();
    return runner;
  }

  get running(): number {
    return this.#running.size;
  }

  /** Runs the version if it is due; resolves when this process has nothing to do with it any more. False: not due. */
  async wake(versionId: string): Promise<boolean> {
    const due = await this.#findDue();
    const found = due.find((version) => version.versionId === versionId);
    if (found !== undefined) await this.#offer(found);
    return found !== undefined || this.#running.has(versionId);
  }

  /** Looks for everything that is due, now and until old leases have run out. */
  watch(): void {
    const { every, during } = this.#options.watchMs;
    this.#watchUntil = Date.now() + during;
    this.#lookIn(every);
  }

  /** Starts nothing more; resolves when running deploys ended or `patienceMs` passed. */
  async close(patienceMs: number): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#waiting.length = 0;
    await waitAtMost(patienceMs, Promise.all(this.#running.values()));
  }

  #start(due: DueVersion): Promise<void> {
    const started = this.#options
      .run(due)
      .then(
        () => void this.#interrupted.delete(due.versionId),
        () => this.#resumeLater(due.versionId),
      )
      .finally(() => {
        this.#running.delete(due.versionId);
        const next = this.#waiting.shift();
        if (next !== undefined && !this.#closed) this.#offer(next);
      });
    this.#running.set(due.versionId, started);
    return started;
  }

  #offer(due: DueVersion): Promise<void> {
    const known = this.#running.get(due.versionId);
    if (known) return known;
    if (this.#running.size < this.#options.concurrency) return this.#start(due);
    if (!this.#waiting.some((other) => other.versionId === due.versionId)) this.#waiting.push(due);
    return Promise.resolve();
  }

  #resumeLater(versionId: string): void {
    const times = (this.#interrupted.get(versionId)?.times ?? 0) + 1;
    const delayMs = RESUME_DELAYS_MS[Math.min(times, RESUME_DELAYS_MS.length) - 1] ?? 0;
    this.#interrupted.set(versionId, { times, until: Date.now() + delayMs });
    this.watch();
  }

  async #findDue(): Promise<readonly DueVersion[]> {
    if (this.#closed) return [];
    const due = await this.#options.database.lookups.dueVersions(DUE_MAX);
    return due.filter(({ versionId }) => (this.#interrupted.get(versionId)?.until ?? 0) <= Date.now());
  }

  async #look(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const version of await this.#findDue()) void this.#offer(version);
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'due versions could not be looked up');
      this.#watchUntil = Date.now() + this.#options.watchMs.during;
    } finally {
      this.#looking = false;
    }
    this.#lookIn(this.#waitMs());
  }

  #lookIn(ms: number): void {
    clearTimeout(this.#timer);
    if (!this.#closed) this.#timer = setTimeout(() => this.#look(), ms);
  }

  #waitMs(): number {
    const now = Date.now();
    if (now < this.#watchUntil) return this.#options.watchMs.every;
    const resumed = [...this.#interrupted.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    return Math.min(this.#options.sweepMs, ...resumed);
  }
}
