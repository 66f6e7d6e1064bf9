import path from 'node:path';
import {
  type Directories,
  findPostgresBinaries,
  findRedis,
  findServiceAccount,
  type GeneratedSecrets,
  migrate,
  noteMade,
  type PerRole,
  provisionDatabase,
  type RunningService,
  readMade,
  redisUrl,
  socketUrl,
  startPostgres,
  startRedis,
  urlsOfRoles,
} from '@patchbay/embedded';
import type { StartConfig } from './config.ts';

const DATABASE = 'patchbay';

/** The users that may reach the embedded services. */
export interface ServiceAccess {
  readonly secrets: GeneratedSecrets;
  /** The group of gateway and worker; undefined when they run as the user of the services. */
  readonly clientGroup: number | undefined;
}

export interface DatabasePlan {
  readonly urls: PerRole<string>;
  /** null: an external server, which we do not start. */
  readonly start: (() => Promise<RunningService>) | null;
  /** Roles, database, migrations; once the server answers. */
  prepare(root: string, say: (text: string) => void): Promise<void>;
}

/** The database of DATABASE_URL, or the embedded one on a unix socket. */
export async function planDatabase(
  config: StartConfig,
  directories: Directories,
  { secrets, clientGroup }: ServiceAccess,
): Promise<DatabasePlan> {
  const { roles: passwords, superuser } = secrets;
  const socketDirectory = path.join(directories.sockets, 'postgres');
  const given = config.databaseUrl;
  const adminUrl = given ?? socketUrl(socketDirectory, { name: 'postgres', password: superuser }, 'postgres');
  const database = given ? databaseOf(given) : DATABASE;
  const withDatabaseUrl = given ?? socketUrl(socketDirectory, { name: 'postgres', password: superuser }, DATABASE);
  const urls = urlsOfRoles(withDatabaseUrl, passwords);
  const prepare: DatabasePlan['prepare'] = async (root, say) => {
    await provisionDatabase({ adminUrl, database, passwords });
    const applied = await migrate({ ownerUrl: urls.owner, directory: path.join(root, 'prisma/migrations') });
    if (applied.length > 0) say(`Migrated the database (${applied.length} migrations)`);
  };
  if (given) return { urls, start: null, prepare };

  const account = findServiceAccount(['postgres']);
  const binaries = await findPostgresBinaries({
    account,
    copyDirectory: path.join(directories.programs, 'postgres'),
  });
  const start = async () => {
    const server = await startPostgres({
      binaries,
      directory: directories.postgres,
      socketDirectory,
      account,
      clientGroup,
      superuserPassword: superuser,
      guardsFiles: true,
      wasMade: (await readMade(directories.data)).includes('database'),
      logFile: path.join(directories.logs, 'postgres.log'),
    });
    await noteMade(directories.data, ['database']);
    return server;
  };
  return { urls, start, prepare };
}

function databaseOf(url: string): string {
  return decodeURIComponent(new URL(url).pathname.slice(1)) || DATABASE;
}

export interface RedisPlan {
  readonly url: string | null;
  readonly start: (() => Promise<RunningService>) | null;
  /** The differences without a Redis, for the person who starts. */
  readonly notes: readonly string[];
}

/** The Redis of REDIS_URL, or the embedded one on a unix socket, or none. */
export async function planRedis(
  config: StartConfig,
  directories: Directories,
  { secrets, clientGroup }: ServiceAccess,
): Promise<RedisPlan> {
  if (config.redisUrl) return { url: config.redisUrl, start: null, notes: [] };
  const redis = await findRedis({ searchPath: config.searchPath });
  if ('missing' in redis) {
    const note = `there is no Redis (${redis.missing}), so the queue runs on PostgreSQL and limits hold per process.`;
    return { url: null, start: null, notes: [note] };
  }
  const account = findServiceAccount(['redis']);
  const start = () =>
    startRedis({
      redis: redis.found,
      directory: directories.redis,
      account,
      clientGroup,
      password: secrets.redis,
      logFile: path.join(directories.logs, 'redis.log'),
    });
  return { url: redisUrl(directories.redis, secrets.redis), start, notes: [] };
}
