import type { ArtifactAddress, ArtifactStore } from '@patchbay/artifacts';
import type { Database } from '@patchbay/domain';
import { keptDigests } from '@patchbay/domain/versions';
import type { Logger } from '@patchbay/foundation';
import { RETENTION } from '@patchbay/foundation/limits';

const HOUR_MS = 60 * 60 * 1000;
/** An upload is written before its version is: whatever is younger may still find its row. */
const ORPHAN_AFTER_MS = RETENTION.orphanedFiles.value * HOUR_MS;
const BATCH = 500;

export interface OrphanDeps {
  readonly database: Database;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
}

/**
 * Removes files of the artifact store that nothing refers to for a day: sources whose version was never written,
 * artifacts of versions that failed, and what a purge that was interrupted left. Returns how many.
 */
export async function removeOrphans({ database, artifacts, logger }: OrphanDeps, now = new Date()): Promise<number> {
  const before = new Date(now.getTime() - ORPHAN_AFTER_MS);
  await artifacts.removeUnfinished(before);
  let removed = 0;
  const removeFrom = async (batch: readonly ArtifactAddress[]) => {
    for (const orphan of await orphansOf(database, batch)) {
      await artifacts.remove(orphan);
      removed += 1;
    }
  };
  let batch: ArtifactAddress[] = [];
  for await (const { storedAt, ...address } of artifacts.list()) {
    if (storedAt >= before) continue;
    batch.push(address);
    if (batch.length < BATCH) continue;
    await removeFrom(batch);
    batch = [];
  }
  await removeFrom(batch);
  if (removed > 0) logger.info({ removed }, 'removed stored files that nothing refers to');
  return removed;
}

async function orphansOf(database: Database, batch: readonly ArtifactAddress[]): Promise<ArtifactAddress[]> {
  const orphans: ArtifactAddress[] = [];
  for (const [organizationId, addresses] of Map.groupBy(batch, (address) => address.organizationId)) {
    const digests = addresses.map((address) => address.digest);
    const kept = await database.withOrganization({ organizationId }, (tx) => keptDigests(tx, digests));
    orphans.push(...addresses.filter((address) => !kept.has(address.digest)));
  }
  return orphans;
}
