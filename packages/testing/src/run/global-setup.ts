import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  findBubblewrap,
  findPostgresBinaries,
  findRedis,
  findServiceAccount,
  migrate,
  provisionDatabase,
  startPostgres,
  urlsOfRoles,
  withDatabase,
} from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { programsOfTests } from '../programs/programs-of-tests.ts';
import { freePort } from './free-port.ts';

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../../prisma/migrations');
const TEMPLATE = 'patchbay_template';

/**
 * Starts what one run of tests shares: a PostgreSQL with a migrated template. All of it goes when the run ends. Redis and
 * bubblewrap are found, or unpacked, as `npm start` does; those stay for the next run.
 */
export default async function globalSetup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(tmpdir(), 'patchbay-test-'));
  await chmod(directory, 0o755); // as root the services run under other accounts, which must pass through
  const account = findServiceAccount(['postgres']);
  const password = () => new Secret(randomBytes(24).toString('base64url'));
  const superuserPassword = password();
  const port = await freePort();
  const postgres = await startPostgres({
    binaries: await findPostgresBinaries({ account, copyDirectory: path.join(directory, 'postgres-binaries') }),
    directory: path.join(directory, 'postgres'),
    socketDirectory: path.join(directory, 'postgres-socket'),
    account,
    superuserPassword,
    logFile: path.join(directory, 'postgres.log'),
    // Over loopback, so that a test can put a proxy between and cut the line.
    loopbackPort: port,
    connectionsMax: 300,
  });
  const stop = async () => {
    await postgres.stop();
    // A process that was just ended may still be writing to a cache of the run.
    await rm(directory, { recursive: true, force: true, maxRetries: 10 });
  };
  try {
    const superuserUrl = `postgresql://postgres:${superuserPassword.reveal()}@127.0.0.1:${port}/postgres`;
    await forgoDurability(superuserUrl);
    const passwords = { owner: password(), app: password(), auth: password(), queue: password() };
    await provisionDatabase({ adminUrl: superuserUrl, database: TEMPLATE, passwords });
    const ownerUrl = urlsOfRoles(withDatabase(superuserUrl, TEMPLATE), passwords).owner;
    await migrate({ ownerUrl, directory: MIGRATIONS });
    const [redis, bubblewrap] = await Promise.all([findRedis(programsOfTests), findBubblewrap(programsOfTests)]);
    project.provide('services', {
      directory,
      superuserUrl,
      templateDatabase: TEMPLATE,
      passwords: {
        owner: passwords.owner.reveal(),
        app: passwords.app.reveal(),
        auth: passwords.auth.reveal(),
        queue: passwords.queue.reveal(),
      },
      redis,
      bubblewrap,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return stop;
}

/** Data is lost with the run anyway, so commits do not wait for the disk. Tests that kill a server use `testPostgres`, which is durable. */
async function forgoDurability(connectionString: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  for (const setting of ['fsync', 'full_page_writes']) await client.query(`ALTER SYSTEM SET ${setting} = off`);
  await client.query('SELECT pg_reload_conf()');
  await client.end();
}
