import { appendFile, chmod, cp, mkdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { Secret } from '@patchbay/foundation';
import { skipUnless, temporaryDirectory } from '@patchbay/testing';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import {
  findPostgresBinaries,
  findServiceAccount,
  identifyProcess,
  isSameProcessRunning,
  provisionDatabase,
  type RunningService,
  socketUrl,
  startPostgres,
  urlsOfRoles,
} from '../src/index.ts';
import { reachableBinaries } from '../src/postgres/binaries.ts';

const superuserPassword = new Secret('a-password-of-the-superuser');
const passwords = {
  owner: new Secret('owner-password'),
  app: new Secret('app-password'),
  auth: new Secret('auth-password'),
  queue: new Secret('queue-password'),
};
const account = findServiceAccount(['postgres']);
let running: RunningService | undefined;
afterEach(async () => {
  await running?.stop();
  running = undefined;
});

/** A directory that the account of PostgreSQL may pass through, as the shared directory of an installation is. */
async function passableDirectory(): Promise<string> {
  const directory = await temporaryDirectory('postgres');
  await chmod(directory, 0o755);
  return directory;
}

async function start(directory: string, binaries?: string): Promise<RunningService> {
  running = await startPostgres({
    binaries: binaries ?? (await findPostgresBinaries({ account, copyDirectory: path.join(directory, 'binaries') })),
    directory: path.join(directory, 'postgres'),
    socketDirectory: path.join(directory, 'socket'),
    account,
    superuserPassword,
    logFile: path.join(directory, 'postgres.log'),
  });
  return running;
}

const urlOf = (directory: string, password = superuserPassword, database = 'postgres') =>
  socketUrl(path.join(directory, 'socket'), { name: 'postgres', password }, database);

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  it('PostgreSQL refuses all users without a password, also on its own socket', async () => {
    const directory = await passableDirectory();
    await start(directory);
    await expect(query(urlOf(directory, new Secret('wrong')), 'SELECT 1')).rejects.toThrow(/password authentication/);
    const rules = await readFile(path.join(directory, 'postgres/pg_hba.conf'), 'utf8');
    const methods = rules.split('\n').filter((line) => /^(local|host)/.test(line));
    expect(methods.length).toBeGreaterThan(0);
    for (const line of methods) expect(line).toMatch(/scram-sha-256$/);
  });

  it('PostgreSQL listens on no port and keeps the settings that make a commit durable', async () => {
    const directory = await passableDirectory();
    await start(directory);
    const settings = await query(
      urlOf(directory),
      `SELECT name, setting FROM pg_settings
       WHERE name IN ('listen_addresses', 'fsync', 'synchronous_commit', 'full_page_writes') ORDER BY name`,
    );
    expect(settings).toEqual([
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '' },
      { name: 'synchronous_commit', setting: 'on' },
    ]);
  });

  it('keeps the password of PostgreSQL out of its arguments and its directory', async () => {
    const directory = await passableDirectory();
    const { pid } = await start(directory);
    expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toContain(superuserPassword.reveal());
    await expect(stat(path.join(directory, 'postgres.password'))).rejects.toThrow(/ENOENT/);
  });

  it('refuses a database that rejects the password, and one whose user may not create roles', async () => {
    const directory = await passableDirectory();
    await start(directory);
    const options = { database: 'patchbay', passwords };
    const wrong = urlOf(directory, new Secret('wrong'));
    await expect(provisionDatabase({ ...options, adminUrl: wrong })).rejects.toMatchObject({
      code: 'start.database_unreachable',
    });
    await query(urlOf(directory), "CREATE ROLE weak LOGIN PASSWORD 'weak'");
    const adminUrl = socketUrl(
      path.join(directory, 'socket'),
      { name: 'weak', password: new Secret('weak') },
      'postgres',
    );
    await expect(provisionDatabase({ ...options, adminUrl })).rejects.toMatchObject({ code: 'start.database_rights' });
  });

  it('creates roles with only the rights their processes need, and accepts roles that exist', async () => {
    const directory = await passableDirectory();
    await start(directory);
    const options = { adminUrl: urlOf(directory), database: 'patchbay', passwords };
    await provisionDatabase(options);
    await provisionDatabase(options);
    const roles = await query(
      urlOf(directory),
      `SELECT rolname::text AS name, rolsuper OR rolcreaterole OR rolcreatedb AS strong, rolbypassrls AS bypasses
       FROM pg_roles WHERE rolname LIKE 'patchbay%' ORDER BY 1`,
    );
    expect(roles).toEqual([
      { name: 'patchbay_app', strong: false, bypasses: false },
      { name: 'patchbay_auth', strong: false, bypasses: false },
      { name: 'patchbay_lookup', strong: false, bypasses: true },
      { name: 'patchbay_owner', strong: false, bypasses: false },
      { name: 'patchbay_queue', strong: false, bypasses: false },
    ]);
    const urls = urlsOfRoles(urlOf(directory, superuserPassword, 'patchbay'), passwords);
    expect(await query(urls.app, 'SELECT current_user::text AS me')).toEqual([{ me: 'patchbay_app' }]);
    await expect(query(urls.app, 'SET ROLE patchbay_owner')).rejects.toThrow(/permission denied/);
    await expect(query(urls.app, 'SET ROLE patchbay_lookup')).rejects.toThrow(/permission denied/);
  });

  it('takes over from a PostgreSQL server that was left running, and loses nothing', async () => {
    const directory = await passableDirectory();
    const left = await start(directory);
    const identity = identifyProcess(left.pid);
    if (!identity) throw new Error('it runs');
    await query(urlOf(directory), 'CREATE TABLE kept AS SELECT 42 AS answer');
    const next = await start(directory);
    expect(next.pid).not.toBe(left.pid);
    expect(isSameProcessRunning(identity)).toBe(false);
    expect(await query(urlOf(directory), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('PostgreSQL recovers what was committed when it is killed', async () => {
    const directory = await passableDirectory();
    const killed = await start(directory);
    await query(urlOf(directory), 'CREATE TABLE kept AS SELECT 42 AS answer');
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    await start(directory);
    expect(await query(urlOf(directory), 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
  });

  it('PostgreSQL runs from a copy when its account cannot enter the directory of the checkout', async (context) => {
    skipUnless(context, account !== null, 'only root starts services under another account');
    const directory = await passableDirectory();
    const closed = path.join(directory, 'closed');
    await mkdir(closed, { mode: 0o700 });
    const own = await findPostgresBinaries({ account: null, copyDirectory: '' });
    await cp(path.dirname(own), path.join(closed, 'native'), { recursive: true, verbatimSymlinks: true });
    const options = { account, copyDirectory: path.join(directory, 'binaries') };
    const native = { directory: path.join(closed, 'native'), version: '1' };
    const binaries = await reachableBinaries(native, options);
    expect(binaries).toBe(path.join(directory, 'binaries/bin'));
    await start(directory, binaries);
    expect(await query(urlOf(directory), 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('reports why PostgreSQL does not start, with the end of its log', async () => {
    const directory = await passableDirectory();
    await (await start(directory)).stop();
    await appendFile(path.join(directory, 'postgres/postgresql.conf'), 'no_such_setting = 1\n');
    await expect(start(directory)).rejects.toMatchObject({
      code: 'start.postgres_failed',
      message: expect.stringContaining('no_such_setting'),
    });
  });
});
