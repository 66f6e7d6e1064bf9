import type { Tx } from '../database/index.ts';
import type { UsageEvent as UsageRow } from '../generated/client.ts';
import type { UsageEvent } from './usage-event.ts';

/** Inserts what is not there yet: an event that is shipped twice is stored once. */
export async function insertUsageEvents(tx: Tx, events: readonly UsageEvent[]): Promise<void> {
  await tx.prisma.usageEvent.createMany({
    skipDuplicates: true,
    data: events.map((event) => ({
      ...tx.scope,
      id: event.id,
      connectorId: event.connectorId,
      versionId: event.versionId,
      at: new Date(event.at),
      method: event.method,
      name: event.name,
      principalKind: event.principal.kind,
      principalId: event.principal.id,
      clientName: event.client?.name ?? null,
      clientVersion: event.client?.version ?? null,
      requestId: event.requestId,
      outcome: event.outcome,
      errorCode: event.errorCode,
      cold: event.cold,
      stepsMs: { ...event.stepsMs },
      totalMs: event.totalMs,
    })),
  });
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
