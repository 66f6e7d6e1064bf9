import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import { recordLeftChanges } from '@patchbay/domain/audit';
import { purgeExpired } from '@patchbay/domain/purge';
import type { Logger } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';

/** Runs the work now and then again `intervalMs` after each end. A failure is logged and waits for its next turn. */
export class Schedule {
  readonly #turn: () => void;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #running = Promise.resolve();

  private constructor(intervalMs: number, work: () => Promise<void>) {
    this.#turn = () => {
      this.#running = work().then(() => {
        if (!this.#closed) this.#timer = setTimeout(this.#turn, intervalMs);
      });
    };
  }

  static every(intervalMs: number, name: string, logger: Logger, work: () => Promise<void>): Schedule {
    const schedule = new Schedule(intervalMs, () =>
      work().catch((error) => logger.warn({ err: error, schedule: name }, 'a scheduled task failed')),
    );
    schedule.#turn();
    return schedule;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#running;
  }
}

interface PurgeDeps {
  readonly database: Database;
  readonly vault: Vault;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
}

/** Ends what was deleted 30 days ago and drops rows past their retention, log lines among them; then their files. */
export async function purgeOnce({ database, vault, artifacts, logger }: PurgeDeps): Promise<void> {
  const report = await purgeExpired(database, vault);
  for (const address of report.digests) await artifacts.remove(address);
  const { organizations, connectors, rows, digests } = report;
  if (organizations + connectors + rows > 0) {
    logger.info({ organizations, connectors, rows, files: digests.length }, 'purged what has expired');
  }
}

interface RecordDeps {
  readonly database: Database;
  readonly logger: Logger;
}

/** Records changes of people by a gateway that died before it could record them. */
export async function recordIdentityChanges({ database, logger }: RecordDeps): Promise<void> {
  const recorded = await recordLeftChanges(database);
  if (recorded > 0) logger.warn({ recorded }, 'recorded changes of people that their gateway had not');
}
