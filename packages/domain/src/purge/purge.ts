import type { Vault } from '@patchbay/vault';
import type { Database, ExpiredRow, Tx } from '../database/index.ts';

export interface PurgeReport {
  /** Digests nothing of the organization refers to any more: the worker removes them from the artifact store. */
  readonly digests: readonly { readonly organizationId: string; readonly digest: string }[];
  readonly organizations: number;
  readonly connectors: number;
  readonly rows: number;
}

const ROWS_PER_LOOK = 100;

/**
 * Ends what is 30 days deleted (the data key first) and drops rows past their retention. Slugs stay for ever. The
 * database decides by itself what is due: calling this early does nothing. Call it again while it reports work.
 */
export async function purgeExpired(database: Database, vault: Vault): Promise<PurgeReport> {
  const digests: { organizationId: string; digest: string }[] = [];
  let organizations = 0;
  let connectors = 0;
  let rows = 0;
  for (const expired of await database.lookups.expiredRows(ROWS_PER_LOOK)) {
    const { organizationId } = expired;
    const freed = await database.withOrganization({ organizationId }, async (tx) => {
      if (expired.kind === 'organization') return purgeOrganization(tx);
      if (expired.kind === 'connector') return purgeConnector(tx, expired.id);
      rows += await dropByAge(tx, expired.kind);
      return [];
    });
    digests.push(...freed.map((digest) => ({ organizationId, digest })));
    if (expired.kind === 'organization') {
      vault.forget(organizationId);
      organizations += 1;
    }
    if (expired.kind === 'connector') connectors += 1;
  }
  return { digests, organizations, connectors, rows };
}

async function purgeOrganization(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ digest: string }>('SELECT digest FROM app.purge_organization($1) AS digest', [
    tx.scope.organizationId,
  ]);
  return rows.map((row) => row.digest);
}

async function purgeConnector(tx: Tx, connectorId: string): Promise<string[]> {
  const rows = await tx.query<{ digest: string }>('SELECT digest FROM app.purge_connector($1, $2) AS digest', [
    tx.scope.organizationId,
    connectorId,
  ]);
  return rows.map((row) => row.digest);
}

type AgedKind = Exclude<ExpiredRow['kind'], 'organization' | 'connector'>;

/** The ages are those of the function app.expired_rows. */
const DROP = {
  log_lines: `DELETE FROM app.connector_log_lines WHERE organization_id = $1 AND created_at < now() - interval '14 days'`,
  usage_events: `DELETE FROM app.usage_events WHERE organization_id = $1 AND created_at < now() - interval '90 days'`,
  idempotency_keys: `DELETE FROM app.idempotency_keys WHERE organization_id = $1 AND created_at < now() - interval '24 hours'`,
  mcp_sessions: `DELETE FROM app.mcp_sessions WHERE organization_id = $1
    AND last_used_at < now() - interval '24 hours' AND (terminated_at IS NULL OR expires_at < now())`,
  mcp_session_streams: `DELETE FROM app.mcp_session_streams WHERE organization_id = $1
    AND created_at < now() - interval '10 minutes' AND alive_until < now()`,
} as const satisfies Record<AgedKind, string>;

async function dropByAge(tx: Tx, kind: AgedKind): Promise<number> {
  // sql: DROP holds constant statements.
  const rows = await tx.query<{ count: number }>(
    `WITH gone AS (${DROP[kind]} RETURNING 1) SELECT count(*)::int AS count FROM gone`,
    [tx.scope.organizationId],
  );
  return rows[0]?.count ?? 0;
}
