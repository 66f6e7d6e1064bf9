/**
 * Finds out what a database role may do, by the server's own catalogue. A session can be set to read only and back by
 * every role; a role without privileges cannot give itself one.
 *
 * Roles that it may become by `SET ROLE` count as itself. Large objects and temporary tables, which every role may create
 * in a default installation, and notifications do not count: they change no data of others.
 */
import { AppError } from '@patchbay/foundation';
import { type DatabaseAccess, withDatabaseClient } from './database-client.ts';
import type { DatabaseWay } from './open-database.ts';

export interface RoleReport {
  /** `reads`: no privilege to write was found. */
  readonly access: 'reads' | 'writes';
  /** Powers over the server, or ways from it to elsewhere: no connection may have them. At most 50. */
  readonly refused: readonly string[];
  /** Privileges to write. At most 50. */
  readonly writes: readonly string[];
}

/** The rights that a person declared when they connected the database. */
export type DeclaredAccess = RoleReport['access'];

/**
 * Tests the role of a connection.
 *
 * @throws AppError `egress.database_role_refused` with the powers found, when they are more than was declared, and those
 * of `withDatabaseClient`
 */
export async function testRole(
  access: DatabaseAccess,
  declared: DeclaredAccess,
  way: DatabaseWay,
): Promise<RoleReport> {
  const rows = await withDatabaseClient(access, way, async (client) => {
    await client.query('SET search_path = pg_catalog');
    const found = await client.query<Found>(POWERS, [HARMLESS_ROLES, SERVER_FUNCTIONS, OUTSIDE_EXTENSIONS]);
    const { rows } = await client.query<{ known: boolean }>(
      "SELECT to_regclass('pg_parameter_acl') IS NOT NULL AS known",
    );
    const settings = rows[0]?.known ? await client.query<Found>(SETTINGS) : { rows: [] };
    return [...found.rows, ...settings.rows];
  });
  const report = reportOf(rows);
  const excess = declared === 'reads' ? [...report.refused, ...report.writes] : report.refused;
  if (excess.length === 0) return report;
  throw new AppError('egress.database_role_refused', {
    detail: `The role ${access.target.user} has: ${excess.slice(0, SHOWN_MAX).join('; ')}.`,
    data: { ...report },
  });
}

interface Found {
  readonly kind: 'power' | 'write';
  readonly what: string;
}

const SHOWN_MAX = 10;
const LISTED_MAX = 50;

/** Exported for its test. */
export function reportOf(rows: readonly Found[]): RoleReport {
  const of = (kind: Found['kind']) => rows.filter((row) => row.kind === kind).map(({ what }) => what);
  const [refused, writes] = [of('power'), of('write')];
  return {
    // A power over the server is one over its data.
    access: refused.length + writes.length === 0 ? 'reads' : 'writes',
    refused: refused.slice(0, LISTED_MAX),
    writes: writes.slice(0, LISTED_MAX),
  };
}

/** Predefined roles that only read. @see PostgreSQL documentation, "Predefined Roles" */
const HARMLESS_ROLES = [
  'pg_monitor',
  'pg_read_all_data',
  'pg_read_all_settings',
  'pg_read_all_stats',
  'pg_stat_scan_tables',
];

/** Functions for files and the server itself. None of them may be called without a grant, or by being a superuser. */
const SERVER_FUNCTIONS = [
  'lo_export',
  'lo_import',
  'pg_backup_start',
  'pg_create_restore_point',
  'pg_file_rename',
  'pg_file_sync',
  'pg_file_unlink',
  'pg_file_write',
  'pg_ls_dir',
  'pg_promote',
  'pg_read_binary_file',
  'pg_read_file',
  'pg_reload_conf',
  'pg_rotate_logfile',
  'pg_stat_file',
  'pg_switch_wal',
];

/** Extensions whose functions reach files, programs or other servers. */
const OUTSIDE_EXTENSIONS = [
  'adminpack',
  'aws_lambda',
  'aws_s3',
  'dblink',
  'file_fdw',
  'http',
  'pg_cron',
  'pg_net',
  'plperlu',
  'plpython3u',
  'plsh',
  'pltclu',
  'postgres_fdw',
];

/** Everything that the role, or one that it may become, can do beyond reading. */
const POWERS = `
WITH role AS (SELECT * FROM pg_roles WHERE pg_has_role(session_user, oid, 'MEMBER'))
SELECT kind, min(what) AS what FROM (
  SELECT 'power' AS kind, attribute.name AS what
    FROM role, LATERAL (VALUES ('SUPERUSER', rolsuper), ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb),
      ('REPLICATION', rolreplication)) AS attribute (name, is_set) WHERE is_set
  UNION SELECT 'power', 'role ' || rolname FROM role WHERE rolname LIKE 'pg\\_%' AND rolname <> ALL ($1)
  UNION SELECT 'power', 'function ' || p.oid::regprocedure FROM pg_proc p, role
    WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname = ANY ($2) AND has_function_privilege(role.oid, p.oid, 'EXECUTE')
  UNION SELECT 'power', 'extension ' || e.extname FROM pg_extension e, pg_depend d, role
    WHERE e.extname = ANY ($3) AND d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
      AND d.classid = 'pg_proc'::regclass AND has_function_privilege(role.oid, d.objid, 'EXECUTE')
  UNION SELECT 'power', 'foreign server ' || s.srvname FROM pg_foreign_server s, role
    WHERE has_server_privilege(role.oid, s.oid, 'USAGE')
  UNION SELECT 'power', 'function ' || p.oid::regprocedure FROM pg_proc p, pg_language l, role
    WHERE l.oid = p.prolang AND NOT l.lanpltrusted AND l.lanname NOT IN ('internal', 'c')
      AND has_function_privilege(role.oid, p.oid, 'EXECUTE')
  UNION SELECT 'write', 'table ' || c.oid::regclass FROM pg_class c, role
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND c.oid <> 'pg_catalog.pg_settings'::regclass
      AND (has_table_privilege(role.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
        OR has_any_column_privilege(role.oid, c.oid, 'INSERT, UPDATE'))
  UNION SELECT 'write', 'sequence ' || c.oid::regclass FROM pg_class c, role
    WHERE c.relkind = 'S' AND has_sequence_privilege(role.oid, c.oid, 'USAGE, UPDATE')
  UNION SELECT 'write', 'schema ' || n.nspname FROM pg_namespace n, role
    WHERE n.nspname !~ '^pg_(toast_)?temp_' AND has_schema_privilege(role.oid, n.oid, 'CREATE')
  UNION SELECT 'write', 'database ' || d.datname FROM pg_database d, role
    WHERE d.datname = current_database() AND has_database_privilege(role.oid, d.oid, 'CREATE')
  UNION SELECT 'write', 'owner of ' || pg_describe_object(s.classid, s.objid, s.objsubid) FROM pg_shdepend s, role
    WHERE s.deptype = 'o' AND s.refclassid = 'pg_authid'::regclass AND s.refobjid = role.oid
      AND s.dbid IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
      AND s.objid NOT IN (SELECT oid FROM pg_largeobject_metadata)
  UNION SELECT 'write', 'function ' || p.oid::regprocedure FROM pg_proc p, pg_language l, role
    WHERE p.prosecdef AND p.pronamespace <> 'pg_catalog'::regnamespace AND l.oid = p.prolang
      AND (p.provolatile = 'v' OR l.lanname NOT IN ('sql', 'plpgsql'))
      AND has_schema_privilege(role.oid, p.pronamespace, 'USAGE') AND has_function_privilege(role.oid, p.oid, 'EXECUTE')
) AS found GROUP BY kind, what ORDER BY kind, what LIMIT 200`;

/** Settings of the server that the role was allowed to change: some of them load code. Since PostgreSQL 15. */
const SETTINGS = `
SELECT DISTINCT 'power' AS kind, 'setting ' || a.parname AS what FROM pg_parameter_acl a, pg_roles r
  WHERE pg_has_role(session_user, r.oid, 'MEMBER') AND has_parameter_privilege(r.oid, a.parname, 'SET, ALTER SYSTEM') LIMIT 50`;
