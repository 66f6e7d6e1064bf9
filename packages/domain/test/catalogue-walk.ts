import type pg from 'pg';

/**
 * Reads PostgreSQL's catalogues and reports every breach of the rules in `docs/threat-model.md`. Every rule is about
 * every relation, so that a table or function that is added tomorrow is checked tomorrow.
 */
export async function findBreaches(client: Pick<pg.Pool, 'query'>): Promise<string[]> {
  const breaches: string[] = [];
  for (const [rule, sql] of Object.entries(RULES)) {
    const { rows } = await client.query<{ name: string }>(sql);
    breaches.push(...rows.map((row) => `${rule}: ${row.name}`).sort());
  }
  return breaches;
}

/** The functions that may see more than one organization, and nothing else may. */
const LISTED = [
  'app.find_organization',
  'app.find_endpoint',
  'app.find_api_key',
  'app.api_key_prefixes',
  'app.find_person_memberships',
  'app.find_grant',
  'app.find_oauth_client',
  'app.due_versions',
  'app.due_identity_changes',
  'app.expired_rows',
  'app.read_changes',
  'app.relay_outbox',
  'app.relay_announcements',
  'app.purge_authorization',
  'app.purge_connector',
  'app.purge_organization',
  'app.save_grant',
  'identity.keep_organization_slug',
  'identity.announce_organization',
  'identity.announce_member',
  'identity.end_access',
  'identity.end_connections',
  'identity.note_ended_access',
  'identity.end_provider_sessions',
  'identity.keep_grant_sign_in',
  'identity.announce_person',
  'identity.note_change',
  'identity.keep_grant',
  'identity.drop_unproved',
  'app.announce_grant',
  'app.end_account_grants_of_client',
  'identity.end_account_grant',
  'identity.keep_account_grant',
];
const LISTED_SQL = LISTED.map((name) => `'${name}'`).join(', ');

const TABLES = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('app', 'identity')
  AND c.relkind IN ('r', 'p')`;
const APP_TABLES = `pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'app'
  AND c.relkind IN ('r', 'p')`;
const SCOPE = `(organization_id = NULLIF(current_setting(''app.organization_id''::text, true), ''''::text))`;

const RULES: Readonly<Record<string, string>> = {
  'row-level security is enabled and forced': `SELECT c.oid::regclass::text AS name FROM ${TABLES}
    WHERE NOT (c.relrowsecurity AND c.relforcerowsecurity)`,
  'organization_id is not null': `SELECT c.oid::regclass::text AS name FROM ${APP_TABLES} WHERE NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id' AND a.attnotnull)`,
  'created_at exists': `SELECT c.oid::regclass::text AS name FROM ${APP_TABLES} WHERE NOT EXISTS (
    SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'created_at' AND a.attnotnull)`,
  'one policy, on the scope, for reading and writing': `SELECT c.oid::regclass::text AS name FROM ${APP_TABLES}
    WHERE (SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid) <> 1 OR NOT EXISTS (
      SELECT FROM pg_policies p WHERE p.schemaname = n.nspname AND p.tablename = c.relname AND p.cmd = 'ALL'
        AND p.permissive = 'PERMISSIVE' AND p.qual = '${SCOPE}' AND p.with_check = '${SCOPE}')`,
  'patchbay_app reads identity in scope only': `SELECT format('%s.%s %s', schemaname, tablename, policyname) AS name
    FROM pg_policies WHERE schemaname = 'identity' AND NOT (
      roles = '{patchbay_auth}' OR (roles = '{patchbay_app}' AND cmd = 'SELECT' AND (
        qual LIKE '%current_setting(''app.organization_id''::text, true)%' OR tablename = 'people')))`,
  'foreign keys carry the organization': `SELECT k.conrelid::regclass || ' ' || k.conname AS name FROM pg_constraint k
    JOIN ${APP_TABLES} ON c.oid = k.conrelid WHERE k.contype = 'f' AND NOT (
      SELECT a.attname = 'organization_id' FROM pg_attribute a WHERE a.attrelid = k.conrelid AND a.attnum = k.conkey[1])`,
  'unique keys start with the organization': `SELECT i.indexrelid::regclass::text AS name FROM pg_index i
    JOIN ${APP_TABLES} ON c.oid = i.indrelid WHERE i.indisunique AND NOT COALESCE((
      SELECT a.attname = 'organization_id' FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attnum = i.indkey[0]),
      false)`,
  'views run as their reader': `SELECT c.oid::regclass::text AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('app', 'identity')
    WHERE c.relkind = 'm' OR (c.relkind = 'v' AND NOT COALESCE('security_invoker=true' = ANY (c.reloptions), false))`,
  'functions that run as their owner are listed, belong to patchbay_lookup and fix the search path': `
    SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND NOT (
      n.nspname || '.' || p.proname IN (${LISTED_SQL}) AND p.proowner = 'patchbay_lookup'::regrole
      AND 'search_path=pg_catalog, pg_temp' = ANY (COALESCE(p.proconfig, '{}')))`,
  'no function is executable by PUBLIC': `SELECT p.oid::regprocedure::text AS name FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace AND n.nspname IN ('app', 'identity')
    WHERE p.proacl IS NULL OR EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)`,
  'serving roles have no special power': `SELECT rolname AS name FROM pg_roles
    WHERE rolname IN ('patchbay_app', 'patchbay_auth', 'patchbay_queue', 'patchbay_owner')
      AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)`,
  'patchbay_lookup cannot log in': `SELECT rolname AS name FROM pg_roles
    WHERE rolname = 'patchbay_lookup' AND (rolcanlogin OR rolsuper)`,
  'serving roles are members of no role': `SELECT m.member::regrole || ' in ' || m.roleid::regrole AS name
    FROM pg_auth_members m WHERE m.member::regrole::text IN ('patchbay_app', 'patchbay_auth', 'patchbay_queue')`,
  'serving roles own nothing': `SELECT c.oid::regclass::text AS name FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname IN ('app', 'identity', 'public')
    WHERE c.relowner::regrole::text IN ('patchbay_app', 'patchbay_auth', 'patchbay_queue')`,
  'serving roles create nothing': `SELECT r || ' in ' || s AS name FROM
    unnest(ARRAY['patchbay_app', 'patchbay_auth', 'patchbay_queue', 'patchbay_lookup']) r,
    unnest(ARRAY['app', 'identity', 'public']) s WHERE has_schema_privilege(r, s, 'CREATE')`,
  'TRUNCATE is granted to no role, and nothing to PUBLIC': `SELECT c.oid::regclass || ' ' || a.privilege_type AS name
    FROM ${TABLES}, aclexplode(c.relacl) a
    WHERE a.grantee = 0 OR (a.grantee <> c.relowner AND a.privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER'))`,
  'patchbay_app only reads identity, and no credentials': `SELECT c.oid::regclass || ' ' || a.privilege_type AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'identity',
      aclexplode(c.relacl) a WHERE a.grantee = 'patchbay_app'::regrole AND (a.privilege_type <> 'SELECT'
        OR c.relname NOT IN ('people', 'organizations', 'organization_slugs', 'members', 'invitations'))`,
  'the history is append-only': `SELECT c.oid::regclass || ' ' || p AS name FROM ${APP_TABLES},
    unnest(ARRAY['UPDATE', 'DELETE']) p WHERE c.relname IN ('deployments', 'audit_events', 'connector_slugs')
      AND has_table_privilege('patchbay_app', c.oid, p)`,
  'patchbay_auth and patchbay_queue see nothing of app': `SELECT r || ' ' || c.oid::regclass AS name FROM ${APP_TABLES},
    unnest(ARRAY['patchbay_auth', 'patchbay_queue']) r WHERE has_any_column_privilege(r, c.oid, 'SELECT')`,
};

/** The names of the rules, for a test that breaks each. */
export const RULE_NAMES = Object.keys(RULES);
