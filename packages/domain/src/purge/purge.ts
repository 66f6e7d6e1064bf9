import { RETENTION } from '@patchbay/foundation/limits';
import type { Vault } from '@patchbay/vault';
import type { AgedKind, Database, Tx } from '../database/index.ts';

export interface PurgeReport {
  /** Digests nothing of the organization refers to any more: the worker removes them from the artifact store. */
  readonly digests: readonly { readonly organizationId: string; readonly digest: string }[];
  readonly organizations: number;
  readonly connectors: number;
  readonly rows: number;
}

const ROWS_PER_LOOK = 100;
/** Rows of one statement, so that none holds a table for long, and statements of one purge. */
const AUTHORIZATION_ROWS = 5_000;
const AUTHORIZATION_ROUNDS = 20;

const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** How old rows become, in the database's seconds. */
const AGE_SECONDS: Readonly<Record<AgedKind, number>> = {
  log_lines: RETENTION.logLines.value * DAY_SECONDS,
  usage_events: RETENTION.usageEvents.value * DAY_SECONDS,
  idempotency_keys: RETENTION.idempotencyKeys.value * HOUR_SECONDS,
  mcp_sessions: RETENTION.sessions.value * HOUR_SECONDS,
  mcp_session_streams: RETENTION.sessionStreams.value,
};

/**
 * Purges organizations and connectors that can no longer be restored (the data key first), rows past their retention, and
 * expired rows of the authorization server. Slugs are kept permanently. The database decides by its own clock which are
 * due: calling this early does nothing. Call it again while it reports work.
 */
export async function purgeExpired(database: Database, vault: Vault): Promise<PurgeReport> {
  const digests: { organizationId: string; digest: string }[] = [];
  let organizations = 0;
  let connectors = 0;
  let rows = 0;
  for (const expired of await database.lookups.expiredRows(ROWS_PER_LOOK, AGE_SECONDS)) {
    const { organizationId } = expired;
    // First: what a backup keeps of it opens no more, whether the rest succeeds or not.
    if (expired.kind === 'organization') await vault.destroyKeys(organizationId);
    const freed = await database.withOrganization({ organizationId }, async (tx) => {
      if (expired.kind === 'organization') return purgeOrganization(tx);
      if (expired.kind === 'connector') return purgeConnector(tx, expired.id);
      rows += await dropByAge(tx, expired.kind);
      return [];
    });
    digests.push(...freed.map((digest) => ({ organizationId, digest })));
    if (expired.kind === 'organization') organizations += 1;
    if (expired.kind === 'connector') connectors += 1;
  }
  rows += await purgeAuthorization(database);
  return { digests, organizations, connectors, rows };
}

/** Expired rows of the authorization server, which belong to no organization, and grants that ended long ago. */
async function purgeAuthorization({ lookups }: Database): Promise<number> {
  const endedSeconds = RETENTION.endedGrants.value * DAY_SECONDS;
  let rows = 0;
  for (let round = 0; round < AUTHORIZATION_ROUNDS; round += 1) {
    const removed = await lookups.purgeAuthorization(AUTHORIZATION_ROWS, endedSeconds);
    rows += removed;
    if (removed < AUTHORIZATION_ROWS) break;
  }
  return rows;
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

/** `$2` is the age in seconds. */
const DROP = {
  log_lines: `DELETE FROM app.connector_log_lines WHERE organization_id = $1 AND created_at < now() - make_interval(secs => $2)`,
  usage_events: `DELETE FROM app.usage_events WHERE organization_id = $1 AND created_at < now() - make_interval(secs => $2)`,
  idempotency_keys: `DELETE FROM app.idempotency_keys WHERE organization_id = $1 AND created_at < now() - make_interval(secs => $2)`,
  mcp_sessions: `DELETE FROM app.mcp_sessions WHERE organization_id = $1
    AND last_used_at < now() - make_interval(secs => $2) AND (terminated_at IS NULL OR expires_at < now())`,
  mcp_session_streams: `DELETE FROM app.mcp_session_streams WHERE organization_id = $1
    AND created_at < now() - make_interval(secs => $2) AND alive_until < now()`,
} as const satisfies Record<AgedKind, string>;

async function dropByAge(tx: Tx, kind: AgedKind): Promise<number> {
  // sql: DROP holds constant statements.
  const rows = await tx.query<{ count: number }>(
    `WITH gone AS (${DROP[kind]} RETURNING 1) SELECT count(*)::int AS count FROM gone`,
    [tx.scope.organizationId, AGE_SECONDS[kind]],
  );
  return rows[0]?.count ?? 0;
}
