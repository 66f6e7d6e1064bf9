export { isForeignKeyViolation, isUniqueViolation } from './connection-errors.ts';
export { earlierThan, NEWEST_FIRST, olderThan, toPage } from './cursor.ts';
export { type AuditWriter, createDatabase, type Database, type DatabaseOptions, type Tx } from './database.ts';
export { FairQueue, type FairQueueOptions } from './fair-queue.ts';
export { LastUses, type Use } from './last-uses.ts';
export type { AgedKind, EndpointIds, Lookups } from './lookups.ts';
export type { OrganizationScope } from './scope.ts';
export { surviveLostConnections } from './survive-lost-connections.ts';
