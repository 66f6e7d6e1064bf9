import type { AuditRecord } from '@patchbay/domain/audit';
import type { Pool } from 'pg';

export type Operation = 'INSERT' | 'UPDATE' | 'DELETE';

export interface ChangeIntent {
  readonly organizationId: string;
  /** Id of the row better-auth is about to write. */
  readonly subjectId: string;
  readonly operation: Operation;
  readonly entry: AuditRecord;
}

export type DeclareIntent = (intent: ChangeIntent) => Promise<void>;

/**
 * Stores the intended audit entry of a change, for the change's trigger. Under the organization's lock, so that the
 * intent the trigger finds belongs to this change; an intent without a change is replaced by the next.
 */
export function createDeclareIntent(pool: Pool): DeclareIntent {
  return async ({ organizationId, subjectId, operation, entry }) => {
    await pool.query("DELETE FROM identity.announced_changes WHERE created_at < now() - interval '1 day'");
    await pool.query(
      `INSERT INTO identity.announced_changes (organization_id, subject_id, operation, entry) VALUES ($1, $2, $3, $4)
       ON CONFLICT (organization_id, subject_id, operation)
         DO UPDATE SET entry = excluded.entry, created_at = excluded.created_at`,
      [organizationId, subjectId, operation, JSON.stringify(entry)],
    );
  };
}
