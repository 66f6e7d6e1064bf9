import type { Tx } from '../database/index.ts';
import type { Change } from './change.ts';

/** Writes a change to the outbox in the transaction that makes it: gateways are notified after the commit, or never. */
export async function emitChange(tx: Tx, change: Change): Promise<void> {
  await tx.query(
    `WITH feed AS (INSERT INTO app.changes (organization_id, kind, subject_id) VALUES ($1, $2, $3))
     INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES ($1, $2, $3)`,
    [tx.scope.organizationId, change.kind, change.id],
  );
}
