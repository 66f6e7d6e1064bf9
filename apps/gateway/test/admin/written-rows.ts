import { Redis } from 'ioredis';
import pg from 'pg';

/** A row as it was written, also when it was changed or removed afterwards. */
export interface WrittenRow {
  /** With its schema. */
  readonly table: string;
  readonly row: unknown;
  readonly text: string;
}

/** From now on, every row that is written to a table of the platform is kept in a table beside them. */
export async function keepWrittenRows(superuserUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: superuserUrl });
  await client.connect();
  await client.query(`
    CREATE TABLE public.written_rows (name text NOT NULL, content jsonb NOT NULL);
    CREATE FUNCTION public.keep_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
      INSERT INTO public.written_rows VALUES (TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, to_jsonb(NEW));
      RETURN NULL;
    END $$;
    GRANT EXECUTE ON FUNCTION public.keep_row() TO PUBLIC;
    DO $$
    DECLARE
      found regclass;
    BEGIN
      FOR found IN SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname IN ('app', 'identity') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      LOOP
        EXECUTE format('CREATE TRIGGER zz_keep_row AFTER INSERT OR UPDATE ON %s
          FOR EACH ROW EXECUTE FUNCTION public.keep_row()', found);
      END LOOP;
    END $$`);
  await client.end();
}

export async function writtenRows(superuser: Pick<pg.Pool, 'query'>): Promise<WrittenRow[]> {
  const { rows } = await superuser.query<{ name: string; content: unknown }>(
    'SELECT DISTINCT name, content FROM public.written_rows',
  );
  return rows.map(({ name, content }) => ({ table: name, row: content, text: JSON.stringify(content) }));
}

/**
 * Every row of a schema whose tables are created while the installation runs, such as the queue's. Changes of those are
 * not seen: compare before a row is deleted.
 */
export async function rowsIn(superuser: Pick<pg.Pool, 'query'>, schema: string): Promise<WrittenRow[]> {
  const { rows: tables } = await superuser.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = $1 AND c.relkind IN ('r', 'p')`,
    [schema],
  );
  const found: WrittenRow[] = [];
  for (const { name } of tables) {
    // sql: a table's name cannot be a parameter; the catalogue quotes it
    const { rows } = await superuser.query<{ content: unknown }>(`SELECT to_jsonb(t) AS content FROM ${name} AS t`);
    for (const { content } of rows) found.push({ table: name, row: content, text: JSON.stringify(content) });
  }
  return found;
}

/** From now on, every command that Redis is given, and what its scripts do: no key or value comes in any other way. */
export async function keepRedisCommands(options: { readonly path: string; readonly password: string }) {
  const redis = new Redis(options);
  const monitor = await redis.monitor();
  const commands: WrittenRow[] = [];
  monitor.on('monitor', (_time: string, parts: readonly string[]) => {
    commands.push({ table: `redis ${parts[0]?.toLowerCase()}`, row: parts, text: parts.join(' ') });
  });
  return {
    commands,
    close() {
      monitor.disconnect();
      redis.disconnect();
    },
  };
}

/** Every text in the rows, once: of columns, and inside of JSON columns. */
export function textsIn(rows: readonly WrittenRow[]): string[] {
  const texts = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string' && value !== '') texts.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  for (const { row } of rows) look(row);
  return [...texts];
}
