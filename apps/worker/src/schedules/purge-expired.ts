import type { ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import { purgeExpired } from '@patchbay/domain/purge';
import type { Logger } from '@patchbay/foundation';
import type { Vault } from '@patchbay/vault';

export interface PurgeDeps {
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
