import { AppError } from '@patchbay/foundation';
import type { PlanLimits } from '@patchbay/foundation/limits';
import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import type { Database } from '../database/index.ts';
import { getGrantedLimits } from './organization-limits.ts';

const ENTRIES_MAX = 10_000;

/** The limits of each organization, from memory; follows grants within a second. */
export interface LimitDirectory {
  /** Those of the installation where nothing else is known because the database is away. */
  planOf(organizationId: string): Promise<PlanLimits>;
  close(): void;
}

export function createLimitDirectory(options: {
  readonly database: Database;
  readonly feed: ChangeFeed;
  /** The limits of the installation. */
  readonly plan: PlanLimits;
}): LimitDirectory {
  const { database, feed, plan } = options;
  const cache = new RevisionedCache<{ readonly organizationId: string; readonly plan: PlanLimits }>({
    feed,
    entriesMax: ENTRIES_MAX,
    dependsOn: ({ organizationId: id }) => [
      { kind: 'limits', id },
      { kind: 'organization', id },
    ],
  });
  return {
    async planOf(organizationId) {
      const load = async () => {
        const granted = await database.withOrganization({ organizationId }, getGrantedLimits);
        return { organizationId, plan: Object.freeze({ ...plan, ...granted }) };
      };
      try {
        return (await cache.get(organizationId, load)).plan;
      } catch (error) {
        // Neither open nor dead: access was decided before, and these limits hold for every organization.
        if (error instanceof AppError && error.code.startsWith('data.')) return plan;
        throw error;
      }
    },
    close: () => cache.close(),
  };
}
