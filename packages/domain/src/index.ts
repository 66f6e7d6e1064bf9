/** The database and its capabilities. Each capability has an entry point: `@patchbay/domain/versions`. */
export {
  createDatabase,
  type Database,
  FairQueue,
  type OrganizationScope,
  surviveLostConnections,
  type Tx,
} from './database/index.ts';
