import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { Tx } from '../database/index.ts';

/** Stored sessions of 2025 clients. Most are never stored: their signed id holds all of their state. */

/** The content of a session's signed id. */
export interface McpSessionKey {
  readonly id: string;
  /** Null at the URL of a whole organization. */
  readonly connectorId: string | null;
  /** The principal that opened it; no other may use it. */
  readonly principalHash: string;
  readonly expiresAt: Date;
}

export interface McpSession {
  readonly logLevel: string | null;
  readonly subscriptions: readonly string[];
  /** The present stream of its GETs. */
  readonly listenerId: string | null;
  readonly terminatedAt: Date | null;
  readonly lastUsedAt: Date;
}

export interface McpSessionChange {
  readonly logLevel?: string;
  readonly subscribe?: string;
  readonly unsubscribe?: string;
  readonly listenerId?: string;
  readonly terminate?: boolean;
}

/** Remembered at once, per person and URL; the session that is idle for longest makes room. */
const SESSIONS_MAX = STREAM_LIMITS.sessions.value;
/** Resources one session may follow; the oldest makes room. */
const SUBSCRIPTIONS_MAX = STREAM_LIMITS.followedResources.value;

const COLUMNS = `log_level AS "logLevel", subscriptions, listener_id AS "listenerId",
  terminated_at AS "terminatedAt", last_used_at AS "lastUsedAt"`;

/** Null for a session that needed no row until now, or was forgotten after 24 idle hours. */
export async function findMcpSession(tx: Tx, id: string): Promise<McpSession | null> {
  // sql: COLUMNS is a constant list of columns.
  const rows = await tx.query<McpSession>(
    `SELECT ${COLUMNS} FROM app.mcp_sessions WHERE organization_id = $1 AND id = $2`,
    [tx.scope.organizationId, id],
  );
  return rows[0] ?? null;
}

/** Writes what changed, and with it the row when there is none; a terminated session stays terminated. */
export async function rememberMcpSession(tx: Tx, key: McpSessionKey, change: McpSessionChange): Promise<McpSession> {
  const { organizationId } = tx.scope;
  const { logLevel, subscribe, unsubscribe, listenerId, terminate } = change;
  const inserted = await tx.query(
    `INSERT INTO app.mcp_sessions (organization_id, id, connector_id, principal_hash, expires_at)
     VALUES ($1, $2, $3, $4, $5::timestamptz) ON CONFLICT DO NOTHING RETURNING id`,
    [organizationId, key.id, key.connectorId, key.principalHash, key.expiresAt.toISOString()],
  );
  // sql: COLUMNS is a constant list of columns.
  const rows = await tx.query<McpSession>(
    `UPDATE app.mcp_sessions SET
       last_used_at = now(),
       log_level = COALESCE($3, log_level),
       listener_id = COALESCE($4, listener_id),
       terminated_at = CASE WHEN $5 THEN COALESCE(terminated_at, now()) ELSE terminated_at END,
       subscriptions = CASE
         WHEN $6::text IS NOT NULL
           THEN (array_remove(subscriptions, $6) || $6)[GREATEST(1, cardinality(subscriptions) + 2 - $8::int):]
         WHEN $7::text IS NOT NULL THEN array_remove(subscriptions, $7)
         ELSE subscriptions END
     WHERE organization_id = $1 AND id = $2 RETURNING ${COLUMNS}`,
    [
      organizationId,
      key.id,
      logLevel ?? null,
      listenerId ?? null,
      terminate ?? false,
      subscribe ?? null,
      unsubscribe ?? null,
      SUBSCRIPTIONS_MAX,
    ],
  );
  if (inserted.length > 0) await makeRoom(tx, key);
  const [row] = rows;
  if (!row) throw new Error(`the row of session ${key.id} went away while it was written`);
  return row;
}

async function makeRoom(tx: Tx, { connectorId, principalHash }: McpSessionKey): Promise<void> {
  // Written out, because an index finds a value or NULL, but not "not distinct from".
  const atSameUrl = connectorId === null ? '$2::text IS NULL AND connector_id IS NULL' : 'connector_id = $2';
  // sql: one of two constant conditions.
  await tx.query(
    `WITH gone AS (DELETE FROM app.mcp_sessions WHERE (organization_id, id) IN (
       SELECT organization_id, id FROM app.mcp_sessions
       WHERE organization_id = $1 AND ${atSameUrl} AND principal_hash = $3
       ORDER BY last_used_at DESC OFFSET $4::int) RETURNING 1) SELECT count(*)::int AS count FROM gone`,
    [tx.scope.organizationId, connectorId, principalHash, SESSIONS_MAX],
  );
}
