import { chown, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { waitFor } from '../run/wait-for.ts';
import { type TestPostgresServer, testPostgresServer } from './postgres.ts';

/** A certificate and its key in PEM. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
}

/** A database server as a customer has one: TLS with a certificate of its own, roles with SCRAM, nothing of ours on it. */
export interface TestTlsPostgres extends TestPostgresServer {
  readonly port: number;
  /** Runs statements as the superuser, in this database. */
  run(sql: string, database?: string): Promise<readonly Record<string, unknown>[]>;
  /** Puts lines before those that decide how roles log in. @see PostgreSQL documentation, "The pg_hba.conf File" */
  admit(...lines: readonly string[]): Promise<void>;
}

/** About 2 s. It ends with `stop`, its files with the run. */
export async function testTlsPostgres({ cert, key }: ServerCertificate): Promise<TestTlsPostgres> {
  const server = await testPostgresServer();
  const run = async (sql: string, database = 'postgres') => {
    const url = new URL(server.adminUrl);
    url.pathname = `/${database}`;
    const client = new pg.Client(url.href);
    await client.connect();
    try {
      const answer: pg.QueryResult | pg.QueryResult[] = await client.query(sql);
      return [answer].flat().at(-1)?.rows ?? [];
    } finally {
      await client.end();
    }
  };
  const [setting] = await run('SHOW data_directory');
  const directory = String(setting?.data_directory);
  const owner = await stat(directory);
  for (const [name, text] of Object.entries({ 'server.crt': cert, 'server.key': key })) {
    const file = path.join(directory, name);
    await writeFile(file, text, { mode: 0o600 });
    await chown(file, owner.uid, owner.gid);
  }
  const reload = async () => {
    await run('SELECT pg_reload_conf()');
  };
  await run("ALTER SYSTEM SET ssl = 'on'");
  await reload();
  await waitFor(async () => (await run('SHOW ssl'))[0]?.ssl === 'on');
  return Object.assign(server, {
    port: Number(new URL(server.adminUrl).port),
    run,
    async admit(...lines: readonly string[]) {
      const file = path.join(directory, 'pg_hba.conf');
      await writeFile(file, `${lines.join('\n')}\n${await readFile(file, 'utf8')}`);
      await reload();
      await waitFor(async () => {
        const rows = await run('SELECT count(*)::int AS rules FROM pg_hba_file_rules WHERE error IS NULL');
        return Number(rows[0]?.rules) > lines.length;
      });
    },
  });
}
