import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findDebianProgram } from '@patchbay/embedded';
import { freePort, programsOfTests, temporaryDirectory, waitFor } from '@patchbay/testing';
import pg from 'pg';

const found = await findDebianProgram(
  { names: ['pgbouncer'], packages: ['pgbouncer'], file: 'usr/sbin/pgbouncer' },
  programsOfTests,
);
/** Why this machine has no pgbouncer and none can be unpacked; null when it has one. */
export const pgbouncerMissing = 'missing' in found ? `pgbouncer is ${found.missing}` : null;

/** A real pgbouncer in transaction mode: a session of the server is a client's for one transaction only. */
export interface Pgbouncer {
  readonly url: string;
  /** Transactions that were carried, by the pooler's own count. */
  transactions(): Promise<number>;
  close(): Promise<void>;
}

/** In front of one database, for one role, with so many sessions of the server. */
export async function startPgbouncer(databaseUrl: string, sessions: number): Promise<Pgbouncer> {
  if ('missing' in found) throw new Error(pgbouncerMissing ?? '');
  const { program, libraryPath } = found.found;
  const directory = await temporaryDirectory('pgbouncer');
  const server = new URL(databaseUrl);
  const port = await freePort();
  const database = server.pathname.slice(1);
  const users = path.join(directory, 'users.txt');
  const configuration = path.join(directory, 'pgbouncer.ini');
  await writeFile(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
  await writeFile(
    configuration,
    [
      '[databases]',
      `${database} = host=${server.hostname} port=${server.port} dbname=${database}`,
      '[pgbouncer]',
      'listen_addr = 127.0.0.1',
      `listen_port = ${port}`,
      'unix_socket_dir =',
      'auth_type = scram-sha-256',
      `auth_file = ${users}`,
      `stats_users = ${server.username}`,
      'pool_mode = transaction',
      `default_pool_size = ${sessions}`,
      `min_pool_size = ${sessions}`,
      // Hands out sessions in turn, so that a client does not find its own again by accident.
      'server_round_robin = 1',
      'log_connections = 0',
      'log_disconnections = 0',
      '',
    ].join('\n'),
  );
  // It refuses to run as root and takes another account, which must read these.
  await chmod(directory, 0o755);
  const account = process.getuid?.() === 0 ? ['--user=nobody'] : [];
  const child = spawn(program, [...account, configuration], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...(libraryPath !== undefined && { LD_LIBRARY_PATH: libraryPath }) },
  });
  let output = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  const ask = async (name: string, sql: string) => {
    const client = new pg.Client({ connectionString: Object.assign(new URL(url), { pathname: `/${name}` }).href });
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  await waitFor(() => ask(database, 'SELECT 1').catch(() => null)).catch((cause) => {
    throw new Error(`pgbouncer does not answer:\n${output}`, { cause });
  });
  return {
    url: url.href,
    async transactions() {
      const rows = await ask('pgbouncer', 'SHOW STATS_TOTALS');
      return Number(rows.find((row) => row.database === database)?.xact_count ?? 0);
    },
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}
