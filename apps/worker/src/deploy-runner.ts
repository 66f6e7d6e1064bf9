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

export interface DeployRunner {
  /** Runs the version if it is due; resolves when this process has nothing to do with it any more. False: not due. */
  wake(versionId: string): Promise<boolean>;
  /** Looks for everything that is due, now and until old leases have run out. */
  watch(): void;
  readonly running: () => number;
  /** Starts nothing more; resolves when running deploys ended or `patienceMs` passed. */
  close(patienceMs: number): Promise<void>;
}

/**
 * Runs what is due: when the queue names it, and by looking into the database, closely at start, when the queue comes
 * back and after an interruption, else now and then. So a lost queue, a changed one or a killed worker only delay a
 * deploy.
 */
export function startDeployRunner(options: DeployRunnerOptions): DeployRunner {
  const running = new Map<string, Promise<void>>();
  const waiting: DueVersion[] = [];
  const interrupted = new Map<string, { readonly times: number; readonly until: number }>();
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let watchUntil = 0;
  let looking = false;

  function start(due: DueVersion): Promise<void> {
    const started = options
      .run(due)
      .then(
        () => void interrupted.delete(due.versionId),
        () => resumeLater(due.versionId),
      )
      .finally(() => {
        running.delete(due.versionId);
        const next = waiting.shift();
        if (next !== undefined && !closed) offer(next);
      });
    running.set(due.versionId, started);
    return started;
  }

  function offer(due: DueVersion): Promise<void> {
    const known = running.get(due.versionId);
    if (known) return known;
    if (running.size < options.concurrency) return start(due);
    if (!waiting.some((other) => other.versionId === due.versionId)) waiting.push(due);
    return Promise.resolve();
  }

  function resumeLater(versionId: string): void {
    const times = (interrupted.get(versionId)?.times ?? 0) + 1;
    const delayMs = RESUME_DELAYS_MS[Math.min(times, RESUME_DELAYS_MS.length) - 1] ?? 0;
    interrupted.set(versionId, { times, until: Date.now() + delayMs });
    watch();
  }

  async function findDue(): Promise<readonly DueVersion[]> {
    if (closed) return [];
    const due = await options.database.lookups.dueVersions(DUE_MAX);
    return due.filter(({ versionId }) => (interrupted.get(versionId)?.until ?? 0) <= Date.now());
  }

  async function look(): Promise<void> {
    clearTimeout(timer);
    if (looking) return;
    looking = true;
    try {
      for (const version of await findDue()) void offer(version);
    } catch (error) {
      options.logger.warn({ err: error }, 'due versions could not be looked up');
      watchUntil = Date.now() + options.watchMs.during;
    } finally {
      looking = false;
    }
    if (!closed) timer = setTimeout(look, waitMs());
  }

  function waitMs(): number {
    const now = Date.now();
    if (now < watchUntil) return options.watchMs.every;
    const resumed = [...interrupted.values()].map(({ until }) => until - now).filter((ms) => ms > 0);
    return Math.min(options.sweepMs, ...resumed);
  }

  function watch(): void {
    watchUntil = Date.now() + options.watchMs.during;
    clearTimeout(timer);
    if (!closed) timer = setTimeout(look, options.watchMs.every);
  }

  watch();
  void look();

  return {
    async wake(versionId) {
      const due = await findDue();
      const found = due.find((version) => version.versionId === versionId);
      if (found !== undefined) await offer(found);
      return found !== undefined || running.has(versionId);
    },
    watch,
    running: () => running.size,
    async close(patienceMs) {
      closed = true;
      clearTimeout(timer);
      waiting.length = 0;
      await waitAtMost(patienceMs, Promise.all(running.values()));
    },
  };
}
