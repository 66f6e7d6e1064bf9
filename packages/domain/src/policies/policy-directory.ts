import { followRenames, type PolicySet, preparePolicies, type Rename } from '@patchbay/policy';
import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import type { Database, Tx } from '../database/index.ts';
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
        const { revision, policies, renames } = await database.withOrganization({ organizationId }, async (tx) => ({
          ...(await listPolicies(tx)),
          renames: await listRenames(tx),
        }));
        const followed = policies.map((policy) => followRenames(policy, renames));
        return { organizationId, revision, policies: preparePolicies(followed) };
      }),
    close: () => cache.close(),
  };
}

/** Former slugs of connectors with their present ones. */
function listRenames(tx: Tx): Promise<readonly Rename[]> {
  return tx.query<Rename>(
    `SELECT registered.slug AS former, connector.slug AS current FROM app.connector_slugs AS registered
     JOIN app.connectors AS connector
       ON connector.organization_id = registered.organization_id AND connector.id = registered.connector_id
     WHERE registered.organization_id = $1 AND registered.slug <> connector.slug`,
    [tx.scope.organizationId],
  );
}
