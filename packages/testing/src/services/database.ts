import { randomBytes } from 'node:crypto';
import { type PerRole, urlsOfRoles, withDatabase } from '@patchbay/embedded';
import { Secret } from '@patchbay/foundation';
import pg from 'pg';
import { runServices } from '../run/run-services.ts';

export interface TestDatabase {
  readonly name: string;
  /** One URL per role, as the processes get them. */
  readonly urls: PerRole<string>;
  /** For looking behind row-level security in a test. */
  readonly superuserUrl: string;
  /** Drops it, ending every connection. Optional: all goes when the run ends. */
  drop(): Promise<void>;
}

/**
 * A database of its own for a test file, migrated, with the real roles. About 100 ms.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const services = runServices();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await asSuperuser((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${services.templateDatabase}`));
  // Rights on a database are its own and do not come with the template.
  await asSuperuser((client) =>
    client.query(`
      REVOKE ALL ON DATABASE ${name} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${name} TO patchbay_app, patchbay_auth, patchbay_queue;
      GRANT CREATE ON DATABASE ${name} TO patchbay_queue;
      GRANT ALL ON DATABASE ${name} TO patchbay_owner`),
  );
  const superuserUrl = withDatabase(services.superuserUrl, name);
  const { owner, app, auth, queue } = services.passwords;
  return {
    name,
    superuserUrl,
    urls: urlsOfRoles(superuserUrl, {
      owner: new Secret(owner),
      app: new Secret(app),
      auth: new Secret(auth),
      queue: new Secret(queue),
    }),
    drop: () => asSuperuser((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

async function asSuperuser(work: (client: pg.Client) => Promise<unknown>): Promise<void> {
  const client = new pg.Client({ connectionString: runServices().superuserUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
