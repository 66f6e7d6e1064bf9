import { newId } from '@patchbay/foundation';
import type { Tx } from '../database/index.ts';
import type { Actor } from './actor.ts';
import type { AuditAction } from './audit-actions.ts';
import { AUDIT_FORMAT, hashOfBody, signedMessage } from './audit-format.ts';

/**
 * Audit rows commit with their change, unchained. Each writer numbers its rows per organization; the number is taken
 * just before the commit, from a row that is locked that long and no longer, and goes back with a rollback. So a gap in
 * a writer's numbers always means that a row was removed.
 */

export interface AuditRecord {
  readonly actor: Actor;
  readonly action: AuditAction;
  readonly target: { readonly type: string; readonly id: string };
  /** The change, as plain JSON. Never a secret's value. */
  readonly before?: unknown;
  readonly after?: unknown;
  readonly requestId?: string | undefined;
}

interface PendingEvent extends AuditRecord {
  readonly id: string;
  readonly at: Date;
}

const pendingOf = new WeakMap<Tx, PendingEvent[]>();

/** Adds one audit row (and its outbox row) to the transaction of the change. Returns the event's id. */
export async function record(tx: Tx, entry: AuditRecord): Promise<string> {
  const event = { ...entry, id: newId('auditEvent'), at: new Date() };
  const pending = pendingOf.get(tx);
  if (pending !== undefined) {
    pending.push(event);
  } else {
    const events = [event];
    pendingOf.set(tx, events);
    tx.beforeCommit(() => write(tx, events));
  }
  return event.id;
}

const UNSIGNED_WRITER = 'unsigned';

async function write(tx: Tx, events: readonly PendingEvent[]): Promise<void> {
  const writerId = tx.auditWriter?.id ?? UNSIGNED_WRITER;
  const { organizationId } = tx.scope;
  let { sequence, previousHash } = await lockWriter(tx, writerId);
  for (const event of events) {
    sequence += 1n;
    const body = { ...bodyOf(event), organizationId, writerId, writerSequence: sequence, previousHash };
    const bodyHash = hashOfBody(body, AUDIT_FORMAT);
    await tx.query(
      `INSERT INTO app.audit_events (organization_id, id, writer_id, writer_sequence, previous_hash, body_hash, hmac,
         action, actor, target_type, target_id, before, after, request_id, created_at, format)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9::jsonb, $10, $11, $12::jsonb, $13::jsonb, $14, $15, $16)`,
      [
        organizationId,
        event.id,
        writerId,
        sequence,
        previousHash,
        bodyHash,
        tx.auditWriter?.sign(signedMessage(AUDIT_FORMAT, bodyHash)) ?? null,
        event.action,
        JSON.stringify(event.actor),
        event.target.type,
        event.target.id,
        event.before === undefined ? null : JSON.stringify(event.before),
        event.after === undefined ? null : JSON.stringify(event.after),
        event.requestId ?? null,
        event.at,
        AUDIT_FORMAT,
      ],
    );
    await tx.query("INSERT INTO app.outbox (organization_id, kind, subject_id) VALUES ($1, 'audit_event', $2)", [
      organizationId,
      event.id,
    ]);
    previousHash = bodyHash;
  }
  await tx.query(
    'UPDATE app.audit_writers SET last_sequence = $3, last_hash = $4 WHERE organization_id = $1 AND writer_id = $2',
    [organizationId, writerId, sequence, previousHash],
  );
}

const NO_HASH = new Uint8Array(0);

async function lockWriter(tx: Tx, writerId: string): Promise<{ sequence: bigint; previousHash: Uint8Array }> {
  const [row] = await tx.query<{ last_sequence: bigint; last_hash: Uint8Array }>(
    `INSERT INTO app.audit_writers (organization_id, writer_id, last_sequence, last_hash) VALUES ($1, $2, 0, $3)
     ON CONFLICT (organization_id, writer_id) DO UPDATE SET last_sequence = audit_writers.last_sequence
     RETURNING last_sequence, last_hash`,
    [tx.scope.organizationId, writerId, NO_HASH],
  );
  if (row === undefined) throw new Error('the audit writer row was not returned');
  return { sequence: row.last_sequence, previousHash: row.last_hash };
}

function bodyOf(event: PendingEvent) {
  return {
    id: event.id,
    at: event.at.toISOString(),
    action: event.action,
    actor: event.actor,
    target: event.target,
    before: event.before ?? null,
    after: event.after ?? null,
    requestId: event.requestId ?? null,
  };
}
