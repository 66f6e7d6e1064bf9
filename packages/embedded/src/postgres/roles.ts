import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { AppError, type Secret } from '@patchbay/foundation';
import pg from 'pg';
import { isDamage } from './damage.ts';
import { refuseOldServer } from './server-version.ts';

const ITERATIONS = 4096;

/**
 * The value that PostgreSQL stores for a password, computed here: the password itself is then neither in a statement
 * nor in a server log. Generated passwords are ASCII, so SASLprep changes nothing.
 *
 * @see RFC 5803; PostgreSQL documentation, pg_authid.rolpassword
 */
function scramVerifier(password: Secret): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.reveal(), salt, ITERATIONS, 32, 'sha256');
  const sign = (text: string) => createHmac('sha256', salted).update(text).digest();
  const storedKey = createHash('sha256').update(sign('Client Key')).digest('base64');
  const serverKey = sign('Server Key').toString('base64');
  return `SCRAM-SHA-256$${ITERATIONS}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}

/** The database roles that log in, one per privilege; each process is given the URLs of its own and no other. */
export const LOGIN_ROLES = ['owner', 'app', 'auth', 'queue'] as const;
export type LoginRole = (typeof LOGIN_ROLES)[number];

/** One password, or one URL, per role that logs in. */
export type PerRole<T> = Readonly<Record<LoginRole, T>>;

export interface ProvisionOptions {
  /** A superuser, or a user that may create roles, databases and schemas. Its database need not exist yet. */
  readonly adminUrl: string;
  readonly database: string;
  readonly passwords: PerRole<Secret>;
}

/**
 * Creates what is missing of roles, database and schemas; safe to repeat.
 *
 * - `patchbay_owner` owns and migrates, and is used by nothing that serves.
 * - `patchbay_app` serves: owns nothing, is bound by row-level security.
 * - `patchbay_auth` is for the tables of people and sessions.
 * - `patchbay_queue` owns the schema `bullmq` and sees nothing else.
 * - `patchbay_lookup` cannot log in and bypasses row-level security: migrations give it the few listed functions that
 *   find an id before the organization is known.
 *
 * @throws AppError start.database_unreachable, start.database_rights, start.database_too_old
 */
export async function provisionDatabase(options: ProvisionOptions): Promise<void> {
  await withAdmin(options.adminUrl, undefined, async (admin) => {
    const { rows } = await admin.query<{ version: number }>(
      "SELECT current_setting('server_version_num')::int AS version",
    );
    refuseOldServer(rows[0]?.version ?? 0);
    for (const role of LOGIN_ROLES) {
      await createRole(admin, `patchbay_${role}`, 'LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS');
      // sql: a role's name and verifier cannot be parameters; the name is one of ours, the verifier is base64
      await admin.query(`ALTER ROLE patchbay_${role} PASSWORD '${scramVerifier(options.passwords[role])}'`);
    }
    await createRole(admin, 'patchbay_lookup', 'NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE BYPASSRLS');
    // The owner may hand functions to the lookup role but does not have its rights.
    await admin.query('GRANT patchbay_lookup TO patchbay_owner WITH INHERIT FALSE, SET TRUE');
    await createDatabase(admin, options.database);
  });
  await withAdmin(options.adminUrl, options.database, async (admin) => {
    await admin.query(`
      REVOKE ALL ON DATABASE ${pg.escapeIdentifier(options.database)} FROM PUBLIC;
      GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(options.database)}
        TO patchbay_app, patchbay_auth, patchbay_queue;
      GRANT ALL ON DATABASE ${pg.escapeIdentifier(options.database)} TO patchbay_owner;
      REVOKE ALL ON SCHEMA public FROM PUBLIC;
      GRANT ALL ON SCHEMA public TO patchbay_owner;
      CREATE SCHEMA IF NOT EXISTS bullmq;
      GRANT ALL ON SCHEMA bullmq TO patchbay_queue;
      -- BullMQ's own migrations begin with CREATE SCHEMA IF NOT EXISTS, which asks for this even when it exists.
      GRANT CREATE ON DATABASE ${pg.escapeIdentifier(options.database)} TO patchbay_queue;
    `);
  });
}

/** Runs on one connection and reports in our own words why it cannot. `database` replaces that of the URL. */
async function withAdmin(
  url: string,
  database: string | undefined,
  work: (admin: pg.Client) => Promise<void>,
): Promise<void> {
  let admin: pg.Client;
  try {
    admin = await connect(database === undefined ? url : withDatabase(url, database));
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && isDamage(cause.code)) throw databaseDamaged(cause);
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new AppError('start.database_unreachable', { detail: `The database does not let us in: ${reason}`, cause });
  }
  try {
    await work(admin);
  } catch (cause) {
    if (cause instanceof pg.DatabaseError && cause.code === '42501') {
      throw new AppError('start.database_rights', { detail: `PostgreSQL refused: ${cause.message}`, cause });
    }
    if (cause instanceof pg.DatabaseError && isDamage(cause.code)) throw databaseDamaged(cause);
    throw cause;
  } finally {
    await admin.end();
  }
}

function databaseDamaged(cause: pg.DatabaseError): AppError {
  return new AppError('start.database_damaged', {
    detail: `PostgreSQL cannot read its files: ${cause.message}`,
    cause,
  });
}

const NO_SUCH_DATABASE = '3D000';

/** The URL may name the database that is to be made: every server has `postgres` to ask from. */
async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    return client;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError && error.code === NO_SUCH_DATABASE)) throw error;
    const other = new pg.Client({ connectionString: withDatabase(url, 'postgres') });
    await other.connect();
    return other;
  }
}

async function createRole(admin: pg.Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name]);
  // sql: CREATE ROLE takes no parameters; both values are constants of this file
  if (rowCount === 0) await admin.query(`CREATE ROLE ${name} ${attributes}`);
}

async function createDatabase(admin: pg.Client, name: string): Promise<void> {
  const { rowCount } = await admin.query('SELECT 1 FROM pg_database WHERE datname = $1', [name]);
  if (rowCount === 0)
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)} ENCODING 'UTF8' TEMPLATE template0`);
}

/** The same server and credentials, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(database)}`;
  return changed.href;
}

/** The URL of each role on the server and database of the given URL. */
export function urlsOfRoles(url: string, passwords: PerRole<Secret>): PerRole<string> {
  const urlOf = (role: LoginRole) => {
    const changed = new URL(url);
    changed.username = `patchbay_${role}`;
    changed.password = passwords[role].reveal();
    // In the query both would override the part before the host.
    for (const name of ['user', 'password']) changed.searchParams.delete(name);
    return changed.href;
  };
  return { owner: urlOf('owner'), app: urlOf('app'), auth: urlOf('auth'), queue: urlOf('queue') };
}

/** The URL of an embedded server that listens on a unix socket: the host is in the query, as libpq has it. */
export function socketUrl(socketDirectory: string, user: { name: string; password: Secret }, database: string): string {
  const url = new URL(`postgresql://localhost/${encodeURIComponent(database)}`);
  url.username = user.name;
  url.password = user.password.reveal();
  url.searchParams.set('host', socketDirectory);
  return url.href;
}
