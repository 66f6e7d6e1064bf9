import type { TestDatabase } from '@patchbay/testing';
import { waitFor } from '@patchbay/testing';
import pg from 'pg';

/** `<step> running`: before it does anything. `<step> done`: its work is done and not yet committed. */
export type HoldPoint = `${string} running` | `${string} done` | 'activating';

export interface Hold {
  /** Resolves when a worker has reached it. */
  reached(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Lets a test stop a deploy at a point between two statements: the database itself waits there, for a lock the test has.
 * Nothing in the worker knows of it.
 */
export async function holdDeploys(database: TestDatabase) {
  const client = new pg.Client({ connectionString: database.superuserUrl });
  client.on('error', () => {}); // a test may take the server away
  await client.connect();
  await client.query(`
    CREATE FUNCTION public.wait_for_test() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      PERFORM pg_advisory_xact_lock_shared(hashtext(CASE TG_TABLE_NAME WHEN 'deployments' THEN 'activating'
        ELSE to_jsonb(NEW) ->> 'name' || ' ' || (to_jsonb(NEW) ->> 'state') END));
      RETURN NEW;
    END $$;
    CREATE TRIGGER wait_for_test BEFORE INSERT OR UPDATE ON app.version_steps
      FOR EACH ROW EXECUTE FUNCTION public.wait_for_test();
    CREATE TRIGGER wait_for_test BEFORE INSERT ON app.deployments
      FOR EACH ROW EXECUTE FUNCTION public.wait_for_test()`);
  return {
    async at(point: HoldPoint): Promise<Hold> {
      await client.query('SELECT pg_advisory_lock(hashtext($1))', [point]);
      return {
        async reached() {
          const waiting = async () => {
            const { rows } = await client.query(
              `SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
                 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
            );
            return rows.length > 0;
          };
          await waitFor(waiting, { what: `a deploy at ${point}`, deadlineMs: 30_000 });
        },
        async release() {
          await client.query('SELECT pg_advisory_unlock(hashtext($1))', [point]);
        },
      };
    },
    close: () => client.end(),
  };
}

export type HeldDeploys = Awaited<ReturnType<typeof holdDeploys>>;
