import { newId } from '@patchbay/foundation';
import { createTestDatabase, type TestDatabase } from '@patchbay/testing';
import pg from 'pg';
import type { Actor } from '../src/audit/index.ts';
import { type Connector, createConnector } from '../src/connectors/index.ts';
import { createDatabase, type Database, type DatabaseOptions, type OrganizationScope } from '../src/database/index.ts';
import type { Role } from '../src/organizations/index.ts';
import { moveVersion, submitVersion, VERSION_STATES, type Version } from '../src/versions/index.ts';

export const SYSTEM: Actor = { kind: 'system', name: 'test' };
export const DIGEST = `sha256:${'a'.repeat(64)}`;

export interface GivenOrganization extends OrganizationScope {
  readonly slug: string;
  readonly personId: string;
  readonly actor: Actor;
}

export interface Given {
  readonly test: TestDatabase;
  readonly database: Database;
  /** Queries without row-level security. */
  readonly superuser: pg.Pool;
  /** As better-auth writes. */
  readonly auth: pg.Pool;
  organization(options?: { slug?: string; role?: Role }): Promise<GivenOrganization>;
  connector(organization: OrganizationScope, slug?: string): Promise<Connector>;
  publishedVersion(organization: OrganizationScope, connectorId: string, manifest?: object): Promise<Version>;
  close(): Promise<void>;
}

let counter = 0;

export async function startGiven(options: Partial<DatabaseOptions> = {}): Promise<Given> {
  const test = await createTestDatabase();
  const database = createDatabase({ url: test.urls.app, poolSizeMax: 5, ...options });
  const superuser = new pg.Pool({ connectionString: test.superuserUrl, max: 2 });
  const auth = new pg.Pool({ connectionString: test.urls.auth, max: 2 });
  for (const pool of [superuser, auth]) pool.on('error', () => {});
  return {
    test,
    database,
    superuser,
    auth,
    async organization({ slug, role = 'owner' } = {}) {
      counter += 1;
      const organizationId = newId('organization');
      const personId = newId('person');
      const chosen = slug ?? `org-${counter}`;
      await auth.query('INSERT INTO identity.people (id, email, name) VALUES ($1, $2, $3)', [
        personId,
        `${personId}@example.com`,
        `Person ${counter}`,
      ]);
      await auth.query('INSERT INTO identity.organizations (id, name, slug) VALUES ($1, $2, $3)', [
        organizationId,
        `Organization ${counter}`,
        chosen,
      ]);
      await auth.query('INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)', [
        newId('member'),
        organizationId,
        personId,
        role,
      ]);
      return { organizationId, slug: chosen, personId, actor: { kind: 'person', personId } };
    },
    connector(organization, slug) {
      counter += 1;
      const chosen = slug ?? `connector-${counter}`;
      return database.withOrganization(organization, (tx) => createConnector(tx, SYSTEM, { slug: chosen }));
    },
    publishedVersion: ({ organizationId }, connectorId, manifest = {}) =>
      database.withOrganization({ organizationId }, async (tx) => {
        const input = { connectorId, sourceDigest: DIGEST, typecheck: true, activate: false };
        let version = await submitVersion(tx, SYSTEM, input);
        const way = VERSION_STATES.slice(0, VERSION_STATES.indexOf('published') + 1);
        for (const [index, from] of way.entries()) {
          const to = way[index + 1];
          const patch =
            to === 'published' ? { artifactDigest: DIGEST, manifest: { manifestVersion: 1, ...manifest } } : {};
          if (to !== undefined) version = await moveVersion(tx, version.id, { from, to }, patch);
        }
        return version;
      }),
    async close() {
      await database.close();
      await Promise.all([superuser.end(), auth.end()]);
      await test.drop();
    },
  };
}

/** A row in every table of schema app that an organization can have. */
export async function fillEveryTable(given: Given, organization: GivenOrganization): Promise<void> {
  const connector = await given.connector(organization, 'filled');
  const version = await given.publishedVersion(organization, connector.id);
  const { organizationId: org } = organization;
  const insert = (sql: string, ...values: unknown[]) => given.superuser.query(sql, [org, ...values]);
  const dep = newId('deployment');
  await insert(
    `INSERT INTO app.deployments (organization_id, id, connector_id, version_id, state, reasons, cause, actor)
     VALUES ($1, $2, $3, $4, 'active', '[]', 'activate', '{}')`,
    dep,
    connector.id,
    version.id,
  );
  await insert(
    `INSERT INTO app.version_steps (organization_id, version_id, name, state) VALUES ($1, $2, 'building', 'done')`,
    version.id,
  );
  await insert(
    `INSERT INTO app.version_log_lines (organization_id, version_id, step, level, text) VALUES ($1, $2, 's', 'info', 't')`,
    version.id,
  );
  await insert(
    `INSERT INTO app.findings (organization_id, id, version_id, position, rule, severity, subject, message, hint)
     VALUES ($1, $2, $3, 0, 'r', 'info', '', 'm', 'h')`,
    newId('finding'),
    version.id,
  );
  await insert(
    `INSERT INTO app.secrets (organization_id, id, connector_id, name, sealed) VALUES ($1, $2, $3, 'A', '\\x00')`,
    newId('secret'),
    connector.id,
  );
  await insert(`INSERT INTO app.data_keys (organization_id, wrapped) VALUES ($1, '\\x00')`);
  await insert(
    `INSERT INTO app.service_accounts (organization_id, id, name) VALUES ($1, $2, 'n')`,
    newId('serviceAccount'),
  );
  await insert(
    `INSERT INTO app.api_keys (organization_id, id, kind, name, hint, hash, person_id, created_by, expires_at)
     VALUES ($1, $2, 'mcp', 'n', 'h', decode(md5($1), 'hex'), $3, '{}', now() + interval '1 day')`,
    newId('apiKey'),
    organization.personId,
  );
  await insert(
    `INSERT INTO app.grants (organization_id, id, provider_hash, person_id, client_id, client_name, resource_path,
       connector_id, expires_at) VALUES ($1, $2, '\\x00', $3, 'c', 'c', '/a/b/mcp', $4, now() + interval '1 day')`,
    newId('grant'),
    organization.personId,
    connector.id,
  );
  await insert(
    `INSERT INTO app.oauth_clients (organization_id, id, name, redirect_uris, created_by) VALUES ($1, $2, 'n', '{}', '{}')`,
    newId('oauthClient'),
  );
  await insert(`INSERT INTO app.identity_providers (organization_id, issuer, client_id) VALUES ($1, 'https://i', 'c')`);
  await insert(`INSERT INTO app.organization_limits (organization_id) VALUES ($1)`);
  await insert('INSERT INTO app.policy_sets (organization_id, revision) VALUES ($1, 1)');
  await insert(
    `INSERT INTO app.policies (organization_id, id, name, effect, conditions) VALUES ($1, 'pol_1', 'n', 'blocked', '{}')`,
  );
  await insert(`INSERT INTO app.groups (organization_id, id, name) VALUES ($1, 'grp_1', 'pilots')`);
  await insert(
    `INSERT INTO app.group_members (organization_id, group_id, person_id) VALUES ($1, 'grp_1', $2)`,
    organization.personId,
  );
  await insert(
    `INSERT INTO app.organization_providers (organization_id, id, provider, created_by) VALUES ($1, 'prv_1', 'github', '{}')`,
  );
  await insert(
    `INSERT INTO app.connections (organization_id, id, provider, owner_kind, person_id, kind, account_id, account_label, credential)
     VALUES ($1, 'cxn_1', 'github', 'person', $2, 'oauth2', 'a', 'l', '\\x00')`,
    organization.personId,
  );
  await insert(
    `INSERT INTO app.connection_confirmations (organization_id, connection_id, connector_id, confirmed_by)
     VALUES ($1, 'cxn_1', $2, 'p')`,
    connector.id,
  );
  await insert(
    `INSERT INTO app.connection_requests (organization_id, id, state_hash, person_id, session_hash, provider, owner_kind,
       verifier, began_at, return_to, expires_at)
     VALUES ($1, 'cnr_1', '\\x00', $2, '\\x00', 'github', 'person', '\\x00', 'dashboard', '{}', now())`,
    organization.personId,
  );
  await insert(
    `INSERT INTO app.idempotency_keys (organization_id, caller_id, key, fingerprint, status, body)
     VALUES ($1, 'c', 'k', 'f', 200, '{}')`,
  );
  await insert(
    `INSERT INTO app.connector_log_lines
       (organization_id, connector_id, version_id, subject, sandbox_id, level, source, text, at)
     VALUES ($1, $2, $3, '', 'sbx', 1, 'stderr', 't', now())`,
    connector.id,
    version.id,
  );
  await insert(
    `INSERT INTO app.usage_events (organization_id, id, connector_id, version_id, at, method, principal_kind, request_id,
       outcome, cold, steps_ms, total_ms)
     VALUES ($1, $2, $3, $4, now(), 'tools/call', 'person', 'r', 'complete', false, '{}', 1)`,
    newId('usageEvent'),
    connector.id,
    version.id,
  );
  await insert(
    `INSERT INTO app.joined_names (organization_id, kind, joined, connector_id, name)
     VALUES ($1, 'tool', 'filled__t', $2, 't')`,
    connector.id,
  );
  await insert(
    `INSERT INTO app.resource_claims (organization_id, connector_id, uri, is_template) VALUES ($1, $2, 'a://b', false)`,
    connector.id,
  );
  await insert(
    `INSERT INTO app.announcements (organization_id, origin, topic, subject_id, content)
     VALUES ($1, 'o', 'connector', $2, '{}')`,
    connector.id,
  );
  await insert(
    `INSERT INTO app.mcp_sessions (organization_id, id, connector_id, principal_hash, expires_at)
     VALUES ($1, 's', $2, 'h', now())`,
    connector.id,
  );
  await insert(
    `INSERT INTO app.mcp_session_streams (organization_id, session_id, id, request_id, alive_until)
     VALUES ($1, 's', 't', '1', now())`,
  );
  await insert(
    `INSERT INTO app.mcp_session_events (organization_id, session_id, stream_id, sequence, sealed)
     VALUES ($1, 's', 't', 1, '\\x00')`,
  );
  await insert(
    `INSERT INTO app.organization_deletions (organization_id, deleted_by, deleted_at, purge_after)
     VALUES ($1, '{}', now(), now() + interval '30 days')`,
  );
}
