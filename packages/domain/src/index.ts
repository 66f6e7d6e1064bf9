/** The database and its capabilities. Enter a capability by its own door: `@patchbay/domain/versions`. */
export {
  createDatabase,
  type Database,
  FairQueue,
  type OrganizationScope,
  surviveLostConnections,
  type Tx,
} from './database/index.ts';
