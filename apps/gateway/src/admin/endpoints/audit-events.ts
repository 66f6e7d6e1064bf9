import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
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
});
