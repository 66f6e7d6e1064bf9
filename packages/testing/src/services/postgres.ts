import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import path from 'node:path';
import {
  findPostgresBinaries,
  findServiceAccount,
  migrate,
  provisionDatabase,
  type RunningService,
  startPostgres,
  urlsOfRoles,
  withDatabase,
} from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import { freePort } from '../run/free-port.ts';
import { temporaryDirectory } from '../run/temporary-directory.ts';
import type { TestDatabase } from './database.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../../prisma/migrations');
const DATABASE = 'patchbay';

export interface TestPostgres {
  readonly database: TestDatabase;
  /** Ends every process of it at once, without a checkpoint: it recovers from its log when it starts again. */
  kill(): Promise<void>;
  /** Starts it again on the same files and port; it recovers what was committed. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** A PostgreSQL server of its own that has nothing of ours yet. */
export interface TestPostgresServer {
  /** The superuser's URL, of the database `postgres`. */
  readonly adminUrl: string;
  readonly pid: number;
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A server for starts that set the passwords of the roles on it. Its files stay until the run ends. About 1.5 s. */
export async function testPostgresServer(): Promise<TestPostgresServer> {
  const account = findServiceAccount(['postgres']);
  const directory = await temporaryDirectory('postgres');
  await chmod(directory, 0o755); // as root the server runs under another account, which must pass through
  const inside = (name: string) => path.join(directory, name);
  const superuserPassword = randomPassword();
  const loopbackPort = await freePort();
  const binaries = await findPostgresBinaries({ account, copyDirectory: inside('binaries') });
  const start = () =>
    startPostgres({
      binaries,
      directory: inside('data'),
      socketDirectory: inside('socket'),
      account,
      superuserPassword,
      logFile: inside('postgres.log'),
      loopbackPort,
    });
  let running: RunningService = await start();
  return {
    adminUrl: `postgresql://postgres:${superuserPassword.reveal()}@127.0.0.1:${loopbackPort}/postgres`,
    get pid() {
      return running.pid;
    },
    get ended() {
      return running.ended;
    },
    async start() {
      running = await start();
    },
    stop: () => running.stop(),
  };
}

/** A PostgreSQL of its own with a migrated database, for tests that take it away. About 2 s. */
export async function testPostgres(): Promise<TestPostgres> {
  const server = await testPostgresServer();
  const passwords = {
    owner: randomPassword(),
    app: randomPassword(),
    auth: randomPassword(),
    queue: randomPassword(),
  };
  await provisionDatabase({ adminUrl: server.adminUrl, database: DATABASE, passwords });
  const superuserUrl = withDatabase(server.adminUrl, DATABASE);
  const urls = urlsOfRoles(superuserUrl, passwords);
  await migrate({ ownerUrl: urls.owner, directory: MIGRATIONS });
  return {
    database: { name: DATABASE, urls, superuserUrl, drop: async () => {} },
    async kill() {
      // Immediate shutdown: SIGKILL would leave sessions that end a little later by themselves.
      process.kill(server.pid, 'SIGQUIT');
      await server.ended;
    },
    restart: () => server.start(),
    stop: () => server.stop(),
  };
}

const randomPassword = () => new Secret(randomBytes(24).toString('base64url'));
