import * as audit from '@patchbay/domain/audit';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames } from './actor-names.ts';
import { Actor, Instant, OrganizationParams, PageQuery, pageOf } from './parts.ts';

export const AuditEvent = z
  .object({
    id: z.string(),
    at: Instant,
    actor: Actor,
    action: z.string(),
    target: z.object({ type: z.string(), id: z.string() }),
    before: z.unknown().nullable(),
    after: z.unknown().nullable(),
    requestId: z.string().nullable(),
  })
  .meta({ id: 'AuditEvent' });

export const listAuditEvents = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/audit-events',
  summary: 'List audit events, newest first',
  tag: 'Audit',
  permission: 'audit:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery,
  reply: pageOf(AuditEvent, 'AuditEventPage'),
}).inTransaction(async (tx, { query }) => {
  const page = await audit.listAuditEvents(tx, query);
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
