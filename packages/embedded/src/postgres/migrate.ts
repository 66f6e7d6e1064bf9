import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { AppError } from '@patchbay/foundation';
import pg from 'pg';
import { indexBuiltBy } from './concurrent-index.ts';

export interface MigrateOptions {
  /** The role that owns the tables. No process that serves knows this URL. */
  readonly ownerUrl: string;
  /** The directory with one folder per migration, each with a `migration.sql`. */
  readonly directory: string;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file, hexadecimal, as Prisma has it. */
  readonly checksum: string;
}

/** The lock that Prisma's own engine takes: neither migrates while the other does. */
const ADVISORY_LOCK = 72707369;

/**
 * Applies the migrations that are missing, in the order of their names, and returns those. Table, checksums and lock
 * are those of `prisma migrate deploy`, so that the Prisma CLI sees the same history. A migration and its row in the
 * history are one transaction; one with CONCURRENTLY cannot be in a transaction and is marked before and after. Where it
 * was interrupted and consists of one index, that index is built again.
 *
 * @throws AppError start.migration_failed, start.migration_edited, start.migration_unfinished
 */
export async function migrate(options: MigrateOptions): Promise<readonly string[]> {
  const migrations = await readMigrations(options.directory);
  const client = new pg.Client({ connectionString: options.ownerUrl });
  // A connection that ends is reported by the query that was running; without a listener it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('start.database_unreachable', { detail: `The database does not let us in: ${reason}`, cause });
  }
  try {
    await lock(client);
    await client.query(HISTORY_TABLE);
    await clearInterruptedBuilds(client, migrations);
    const applied = await readHistory(client);
    const missing = migrations.filter((migration) => !isApplied(migration, applied));
    for (const migration of missing) await apply(client, migration);
    return missing.map((migration) => migration.name);
  } finally {
    await client.end();
  }
}

const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id varchar(36) PRIMARY KEY,
  checksum varchar(64) NOT NULL,
  finished_at timestamptz,
  migration_name varchar(255) NOT NULL,
  logs text,
  rolled_back_at timestamptz,
  started_at timestamptz NOT NULL DEFAULT now(),
  applied_steps_count integer NOT NULL DEFAULT 0
)`;

async function readMigrations(directory: string): Promise<Migration[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(path.join(directory, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/**
 * Asks again and again rather than waiting inside PostgreSQL: a waiting statement holds a snapshot, and an index that
 * another runner builds concurrently waits for every snapshot, so the two would wait for each other.
 */
async function lock(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      ADVISORY_LOCK,
    ]);
    if (rows[0]?.locked) return;
    await delay(100);
  }
}

interface HistoryRow {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function readHistory(client: pg.Client): Promise<Map<string, HistoryRow>> {
  const { rows } = await client.query<HistoryRow>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  return new Map(rows.map((row) => [row.migration_name, row]));
}

/**
 * Drops indexes whose build was interrupted, so that they count as missing. The lock is ours: no other runner, and no
 * session that a killed one left, builds them now.
 */
async function clearInterruptedBuilds(client: pg.Client, migrations: readonly Migration[]): Promise<void> {
  const history = await readHistory(client);
  for (const { name, sql } of migrations) {
    const index = history.get(name)?.finished_at === null ? indexBuiltBy(sql) : null;
    if (index === null) continue;
    // sql: the name of an index cannot be a parameter; it consists of words of our own migration
    await client.query(`DROP INDEX CONCURRENTLY IF EXISTS ${index}`);
    await client.query(
      'UPDATE _prisma_migrations SET rolled_back_at = now() WHERE migration_name = $1 AND finished_at IS NULL',
      [name],
    );
  }
}

function isApplied(migration: Migration, history: Map<string, HistoryRow>): boolean {
  const row = history.get(migration.name);
  if (row === undefined) return false;
  const data = { migration: migration.name };
  if (row.finished_at === null) {
    throw new AppError('start.migration_unfinished', { detail: `Migration ${migration.name} did not finish.`, data });
  }
  if (row.checksum !== migration.checksum) {
    throw new AppError('start.migration_edited', {
      detail: `Migration ${migration.name} was edited after it was applied.`,
      data,
    });
  }
  return true;
}

async function apply(client: pg.Client, migration: Migration): Promise<void> {
  const alone = /\bCONCURRENTLY\b/i.test(migration.sql);
  const id = randomUUID();
  const insert = `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
    VALUES ($1, $2, $3, CASE WHEN $4::int = 1 THEN now() END, $4)`;
  try {
    if (alone) {
      await client.query(insert, [id, migration.checksum, migration.name, 0]);
      await client.query(migration.sql);
      await client.query('UPDATE _prisma_migrations SET finished_at = now(), applied_steps_count = 1 WHERE id = $1', [
        id,
      ]);
    } else {
      await client.query('BEGIN');
      await client.query(migration.sql);
      await client.query(insert, [id, migration.checksum, migration.name, 1]);
      await client.query('COMMIT');
    }
  } catch (cause) {
    if (!alone) await client.query('ROLLBACK').catch(() => {});
    throw new AppError('start.migration_failed', {
      detail: `Migration ${migration.name} failed: ${describe(cause, migration.sql)}`,
      data: { migration: migration.name },
      cause,
    });
  }
}

/** PostgreSQL counts characters; people count lines. */
function describe(cause: unknown, sql: string): string {
  if (!(cause instanceof pg.DatabaseError)) return cause instanceof Error ? cause.message : String(cause);
  const line = cause.position ? ` (line ${sql.slice(0, Number(cause.position)).split('\n').length})` : '';
  return `${cause.message}${line}${cause.detail ? `; ${cause.detail}` : ''}${cause.hint ? `; ${cause.hint}` : ''}`;
}
