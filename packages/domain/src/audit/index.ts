export { type Actor, personOf } from './actor.ts';
export { AUDIT_ACTIONS, type AuditAction } from './audit-actions.ts';
export {
  type EndedAccess,
  recordLeftChanges,
  type TakenChange,
  takeIdentityChanges,
} from './identity-changes.ts';
export { type AuditEvent, listAuditEvents } from './list-audit-events.ts';
export { type AuditRecord, record } from './record.ts';
