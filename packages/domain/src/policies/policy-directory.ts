import { type PolicySet, preparePolicies } from '@patchbay/policy';
import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import type { Database } from '../database/index.ts';
import { listPolicies } from './policies.ts';

const ENTRIES_MAX = 10_000;

/** The policies of each organization, ready to rule, from memory; follows their changes within a second. */
export interface PolicyDirectory {
  /** @throws AppError `data.stale`, `data.unavailable`: without its policies no call is ruled on */
  policiesOf(organizationId: string): Promise<PolicySet>;
  close(): void;
}

export function createPolicyDirectory(options: {
  readonly database: Database;
  readonly feed: ChangeFeed;
}): PolicyDirectory {
  const { database, feed } = options;
  const cache = new RevisionedCache<PolicySet & { readonly organizationId: string }>({
    feed,
    entriesMax: ENTRIES_MAX,
    dependsOn: ({ organizationId: id }) => [
      { kind: 'policies', id },
      { kind: 'organization', id },
    ],
  });
  return {
    policiesOf: (organizationId) =>
      cache.get(organizationId, async () => {
        const { revision, policies } = await database.withOrganization({ organizationId }, listPolicies);
        return { organizationId, revision, policies: preparePolicies(policies) };
      }),
    close: () => cache.close(),
  };
}
