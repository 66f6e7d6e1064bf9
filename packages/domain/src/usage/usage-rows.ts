import type { Tx } from '../database/index.ts';
import type { UsageEvent as UsageRow } from '../generated/client.ts';
import type { UsageEvent } from './usage-event.ts';

/** One parameter whatever the number of events: what it costs to send them is what it costs to write them down once. */
const INSERT = `
  INSERT INTO app.usage_events (organization_id, id, connector_id, version_id, at, method, name, principal_kind,
    principal_id, client_name, client_version, request_id, outcome, error_code, cold, steps_ms, total_ms)
  SELECT $1, id, "connectorId", "versionId", at, method, name, principal->>'kind',
    principal->>'id', client->>'name', client->>'version', "requestId", outcome, "errorCode", cold, "stepsMs", "totalMs"
  FROM jsonb_to_recordset($2::jsonb) AS event (id text, "connectorId" text, "versionId" text, at timestamptz,
    method text, name text, principal jsonb, client jsonb, "requestId" text, outcome text, "errorCode" text,
    cold boolean, "stepsMs" jsonb, "totalMs" double precision)
  ON CONFLICT DO NOTHING`;

/**
 * Inserts what is not there yet: an event that is shipped twice is stored once.
 *
 * @param texts of events of this organization, as `usageEventText` writes them
 */
export async function insertUsageEvents(tx: Tx, texts: readonly string[]): Promise<void> {
  await tx.query(INSERT, [tx.scope.organizationId, `[${texts.join(',')}]`]);
}

export function toUsageEvent(row: UsageRow): UsageEvent {
  return {
    id: row.id,
    organizationId: row.organizationId,
    connectorId: row.connectorId,
    versionId: row.versionId,
    at: row.at.toISOString(),
    method: row.method,
    name: row.name,
    // The three below are written by `insertUsageEvents` only, from events that the spool has checked.
    principal: { kind: row.principalKind as UsageEvent['principal']['kind'], id: row.principalId },
    client: row.clientName === null ? null : { name: row.clientName, version: row.clientVersion ?? '' },
    requestId: row.requestId,
    outcome: row.outcome as UsageEvent['outcome'], // see above
    errorCode: row.errorCode,
    cold: row.cold,
    stepsMs: row.stepsMs as UsageEvent['stepsMs'], // see above
    totalMs: row.totalMs,
  };
}
