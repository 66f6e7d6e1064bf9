import type { Database } from '@patchbay/domain';
import type { Logger } from '@patchbay/foundation';
import type { DueVersion } from './deploy/deploy-version.ts';

const DUE_MAX = 500;

export interface DeployRunnerOptions {
  readonly database: Database;
  readonly logger: Logger;
  /** Deploys at once. */
  readonly concurrency: number;
  readonly sweepMs: number;
  /** After the start and after an interrupted deploy: when the lease of a worker that died has run out. */
  readonly retryMs: number;
  run(due: DueVersion): Promise<void>;
}

export interface DeployRunner {
  /** Runs the version if it is due; resolves when this process has nothing to do with it any more. */
  wake(versionId: string): Promise<void>;
  /** Looks for everything that is due, soon. */
  sweep(): void;
  readonly running: () => number;
  /** Starts nothing more; resolves when running deploys ended or `patienceMs` passed. */
  close(patienceMs: number): Promise<void>;
}

/**
 * Runs what is due: when the queue names it, and by looking into the database at start, when the queue comes back and
 * every minute. So a lost queue, a changed one or a killed worker only delay a deploy.
 */
export function startDeployRunner(options: DeployRunnerOptions): DeployRunner {
  const running = new Map<string, Promise<void>>();
  const waiting: DueVersion[] = [];
  let closed = false;
  let retry: NodeJS.Timeout | undefined;

  function start(due: DueVersion): Promise<void> {
    const started = options
      .run(due)
      .catch(() => sweepLater())
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

  async function findDue(): Promise<readonly DueVersion[]> {
    return closed ? [] : options.database.lookups.dueVersions(DUE_MAX);
  }

  function sweep(): void {
    findDue().then(
      (due) => {
        for (const version of due) void offer(version);
      },
      (error) => {
        options.logger.warn({ err: error }, 'due versions could not be looked up');
        sweepLater();
      },
    );
  }

  function sweepLater(): void {
    clearTimeout(retry);
    if (!closed) retry = setTimeout(sweep, options.retryMs);
  }

  const timer = setInterval(sweep, options.sweepMs);
  sweep();
  sweepLater();

  return {
    async wake(versionId) {
      const due = await findDue();
      const found = due.find((version) => version.versionId === versionId);
      if (found !== undefined) await offer(found);
    },
    sweep,
    running: () => running.size,
    async close(patienceMs) {
      closed = true;
      clearInterval(timer);
      clearTimeout(retry);
      waiting.length = 0;
      const patience = new Promise<void>((resolve) => setTimeout(resolve, patienceMs).unref());
      await Promise.race([Promise.all(running.values()), patience]);
    },
  };
}
