import type { Page, PageRequest } from '@patchbay/foundation';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import type { Actor } from './actor.ts';
import type { AuditAction } from './audit-actions.ts';

export interface AuditEvent {
  readonly id: string;
  readonly at: Date;
  readonly action: AuditAction;
  readonly actor: Actor;
  readonly target: { readonly type: string; readonly id: string };
  readonly before: unknown;
  readonly after: unknown;
  readonly requestId: string | null;
  readonly writerId: string;
  readonly writerSequence: bigint;
}

/** Newest first. */
export async function listAuditEvents(tx: Tx, page: PageRequest): Promise<Page<AuditEvent>> {
  const rows = await tx.prisma.auditEvent.findMany({
    where: { ...tx.scope, ...olderThan(page.cursor) },
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(
    rows,
    page.limit,
    (row) => ({
      id: row.id,
      at: row.createdAt,
      action: row.action as AuditAction, // written by `record` only
      actor: row.actor as Actor, // likewise
      target: { type: row.targetType, id: row.targetId },
      before: row.before,
      after: row.after,
      requestId: row.requestId,
      writerId: row.writerId,
      writerSequence: row.writerSequence,
    }),
    (row) => ({ at: row.createdAt, id: row.id }),
  );
}
