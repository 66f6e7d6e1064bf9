import { randomBytes } from 'node:crypto';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { OutboxRelay } from '@patchbay/domain/changes';
import pg from 'pg';
import { bubblewrapFile } from '../hosts/sandboxes.ts';
import { freePort } from '../run/free-port.ts';
import { makeSandboxDirectory } from '../run/run-caches.ts';
import { temporaryDirectory } from '../run/temporary-directory.ts';
import { CuttableProxy } from '../services/cuttable-proxy.ts';
import { createTestDatabase, type TestDatabase } from '../services/database.ts';
import { type TestRedis, testRedis } from '../services/redis.ts';
import { createGiven, type Given } from './given.ts';
import { type PlatformProcess, startPlatformProcess } from './platform-process.ts';
import { RAISED_LIMITS } from './raised-limits.ts';

/** Warm sandboxes of a platform: the first call takes one, and each costs a tenth of a second of CPU at every start. */
const POOL_SIZE = '1';

export interface PlatformOptions {
  /** Starts the worker too, which deploys and relays. Without it the changes of the test are relayed here. */
  readonly worker?: boolean;
  /** Default true. Without it calls fail and everything else answers. */
  readonly supervisor?: boolean;
  /** Starts a separate Redis for the processes: `platform.redis`. */
  readonly redis?: boolean;
  /** Puts a proxy between the processes and their database: `platform.databaseLine`. The test itself goes round it. */
  readonly databaseLine?: boolean;
  /** Variables on top, or instead, for every process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Supervisor, gateway and, if wanted, worker on a database of their own; as the launcher starts them, on free ports.
 */
export interface Platform {
  readonly origin: string;
  /** `/health` and `/metrics` of the gateway. */
  readonly internalUrl: string;
  readonly database: TestDatabase;
  /** Bypasses row-level security. Connects with the first query. */
  readonly superuser: pg.Pool;
  readonly databaseLine: CuttableProxy | undefined;
  readonly redis: TestRedis | undefined;
  readonly given: Given;
  readonly directory: string;
  /** One more gateway of the same installation. It is reached at its own address, under the name of `origin`. */
  startGateway(): Promise<OtherGateway>;
  readonly processes: {
    readonly gateway: PlatformProcess;
    readonly supervisor: PlatformProcess | undefined;
    readonly worker: PlatformProcess | undefined;
  };
  stop(): Promise<void>;
}

export interface OtherGateway {
  /** Where it listens. Requests must carry the `Host` of the platform's origin. */
  readonly address: string;
  readonly process: PlatformProcess;
}

export async function startPlatform(options: PlatformOptions = {}): Promise<Platform> {
  const database = await createTestDatabase();
  const databaseLine = options.databaseLine ? await CuttableProxy.start(database.urls.app) : undefined;
  const redis = options.redis ? await testRedis() : undefined;
  const through = (url: string) => databaseLine?.through(url) ?? url;
  const directory = await temporaryDirectory('platform');
  const port = await freePort();
  const internalPort = await freePort();
  const origin = `http://localhost:${port}`;
  const place = (name: string) => path.join(directory, name);
  // Sandboxes run under other accounts, which must pass through.
  await chmod(directory, 0o755);
  for (const name of ['artifacts', 'spool', 'packages', 'run']) await mkdir(place(name), { mode: 0o755 });
  await makeSandboxDirectory(place('sandbox'));
  for (const name of ['master.key', 'auth.secret']) {
    await writeFile(place(name), `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  }

  const common = { PATCHBAY_MODE: 'development', PATCHBAY_ORIGIN: origin, PATCHBAY_LOG_LEVEL: 'info' };
  const shared = {
    ...common,
    DATABASE_URL: through(database.urls.app),
    DATABASE_QUEUE_URL: through(database.urls.queue),
    ...(redis && { REDIS_URL: redis.url }),
    SUPERVISOR_SOCKET: place('run/supervisor.sock'),
    ARTIFACT_DIR: place('artifacts'),
    MASTER_KEY_FILE: place('master.key'),
  };
  const start = (app: string, environment: Readonly<Record<string, string>>) =>
    startPlatformProcess({ app, directory, environment: { ...environment, ...options.environment } });

  const supervisor =
    options.supervisor === false
      ? undefined
      : await start('supervisor', {
          ...common,
          SUPERVISOR_SOCKET: place('run/supervisor.sock'),
          SANDBOX_DIR: place('sandbox'),
          BWRAP_PATH: bubblewrapFile(),
          SANDBOX_POOL_SIZE: POOL_SIZE,
          // A supervisor that builds nothing prepares no compilers.
          ...(options.worker && { PACKAGE_STORE_DIR: place('packages') }),
          SUPERVISOR_INTERNAL_PORT: '0',
        });
  const startGateway = (at: { readonly port: number; readonly internalPort: number; readonly spool: string }) =>
    start('gateway', {
      ...shared,
      PATCHBAY_LIMITS: RAISED_LIMITS,
      PATCHBAY_PORT: String(at.port),
      PATCHBAY_INTERNAL_PORT: String(at.internalPort),
      DATABASE_AUTH_URL: through(database.urls.auth),
      AUTH_SECRET_FILE: place('auth.secret'),
      SPOOL_DIR: place(at.spool),
    });
  const others: PlatformProcess[] = [];
  const [gateway, worker] = await Promise.all([
    startGateway({ port, internalPort, spool: 'spool' }),
    options.worker
      ? start('worker', { ...shared, PACKAGE_STORE_DIR: place('packages'), WORKER_INTERNAL_PORT: '0' })
      : undefined,
  ]);
  const relay: OutboxRelay | undefined = options.worker ? undefined : OutboxRelay.start({ url: database.urls.app });
  const tokens = { origin, masterKeyFile: place('master.key') };
  const given = createGiven({ database, artifactDirectory: place('artifacts'), tokens });
  const superuser = new pg.Pool({ connectionString: database.superuserUrl, max: 2 });
  superuser.on('error', () => {}); // tests end connections on purpose

  return {
    origin,
    database,
    superuser,
    databaseLine,
    redis,
    given,
    directory,
    processes: { gateway, supervisor, worker },
    internalUrl: `http://127.0.0.1:${internalPort}`,
    async startGateway() {
      const at = { port: await freePort(), internalPort: await freePort(), spool: `spool-${others.length + 2}` };
      await mkdir(place(at.spool), { mode: 0o755 });
      const other = await startGateway(at);
      others.push(other);
      return { address: `http://localhost:${at.port}`, process: other };
    },
    async stop() {
      await Promise.all([gateway, ...others].map((one) => one.end()));
      await worker?.end();
      await supervisor?.end();
      await relay?.close();
      await given.close();
      await superuser.end();
      await databaseLine?.close();
      await redis?.stop();
      await database.drop();
    },
  };
}
