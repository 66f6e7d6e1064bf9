export {
  type FindOptions,
  type Found,
  findBubblewrap,
  findDebianProgram,
  findProgram,
  findRedis,
  type Program,
} from './debian/index.ts';
export { writeFileAtomically } from './directories/atomic-file.ts';
export { type Directories, type OpenOptions, openDirectories } from './directories/directories.ts';
export { ensureGeneratedSecrets, type GeneratedSecrets } from './directories/generated-secrets.ts';
export { type Made, noteMade, readMade } from './directories/installation-mark.ts';
export { readJsonFile } from './directories/json-file.ts';
export {
  type AbandonedDirectory,
  credentialDirectories,
  listAbandonedDirectories,
  removeAbandonedDirectory,
  removeInstallation,
} from './directories/remove-installation.ts';
export { freePort, PROCESS_PORTS } from './free-port.ts';
export { findPostgresBinaries } from './postgres/binaries.ts';
export { type MigrateOptions, migrate } from './postgres/migrate.ts';
export {
  LOGIN_ROLES,
  type LoginRole,
  type PerRole,
  type ProvisionOptions,
  provisionDatabase,
  socketUrl,
  urlsOfRoles,
  withDatabase,
} from './postgres/roles.ts';
export { type PostgresOptions, startPostgres } from './postgres/start-postgres.ts';
export {
  endProcess,
  identifyProcess,
  isSameProcessRunning,
  type ProcessIdentity,
  processIdentity,
} from './process-identity.ts';
export { type RedisOptions, redisUrl, startRedis } from './redis/start-redis.ts';
export { lastLogLines, type RunningService } from './running-service.ts';
export { findServiceAccount, mayExecute, runAs, type ServiceAccount } from './service-account.ts';
export { findClosedDirectory, isMapped, type ServiceUid, serviceUid } from './service-uids.ts';
