import { listAuditEvents } from '@patchbay/domain/audit';
import * as endpoints from '../endpoints/audit-events.ts';
import { handleInTransaction } from '../handler.ts';
import { actorNames } from './actor-names.ts';

export const list = handleInTransaction(endpoints.listAuditEvents, async (tx, { query }) => {
  const page = await listAuditEvents(tx, query);
  const nameActor = await actorNames(
    tx,
    page.items.map(({ actor }) => actor),
  );
  const items = page.items.map(({ id, at, actor, action, target, before, after, requestId }) => ({
    id,
    at: at.toISOString(),
    actor: nameActor(actor),
    action,
    target: { type: target.type, id: target.id },
    before: before ?? null,
    after: after ?? null,
    requestId,
  }));
  return { items, nextCursor: page.nextCursor };
});
