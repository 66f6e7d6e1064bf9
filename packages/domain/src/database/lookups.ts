import type pg from 'pg';

/**
 * Look-ups before the organization is known. Each is one SECURITY DEFINER function of the database that returns ids and
 * nothing else; for more, enter the organization with `withOrganization`.
 */
export interface Lookups {
  /** Organization slugs in any case; earlier slugs of the same record answer too. Null when out of service. */
  findEndpoint(organizationSlug: string, connectorSlug: string): Promise<EndpointIds | null>;
  /** By present or earlier slug, or by `org_` id. Deleted organizations are found until they are purged. */
  findOrganization(slugOrId: string): Promise<{ readonly organizationId: string } | null>;
  /** By SHA-256 of the full key text. The key need not be valid: load it in its organization. */
  findApiKey(hash: Uint8Array): Promise<{ readonly organizationId: string; readonly apiKeyId: string } | null>;
  /**
   * The first six bytes of the hashes of keys that are not revoked, one after the other: of those with these ids, or of
   * all keys.
   */
  apiKeyPrefixes(ids: readonly string[] | null): Promise<Buffer>;
  /** The organization of a grant; the grant may have ended. */
  findGrant(grantId: string): Promise<{ readonly organizationId: string } | null>;
  /** The organization of an OAuth client that an owner made; null for a disabled one. */
  findOAuthClient(clientId: string): Promise<{ readonly organizationId: string } | null>;
  findPersonMemberships(
    personId: string,
  ): Promise<readonly { readonly organizationId: string; readonly memberId: string }[]>;
  /** Versions without a lease that are not final, or published and not yet activated as requested; oldest first. */
  dueVersions(limit: number): Promise<readonly { readonly organizationId: string; readonly versionId: string }[]>;
  /** Organizations where a change of people waits to be put on record, longest first. */
  dueIdentityChanges(limit: number): Promise<readonly { readonly organizationId: string }[]>;
  /** The work of `purgeExpired`. `ageSeconds`: the maximum age of rows of each kind. */
  expiredRows(limit: number, ageSeconds: Readonly<Record<AgedKind, number>>): Promise<readonly ExpiredRow[]>;
  /**
   * Removes what expired at the authorization server, and grants that ended this many seconds ago: at most `limit` rows of
   * each kind. How many it removed.
   */
  purgeAuthorization(limit: number, endedSeconds: number): Promise<number>;
}

export interface EndpointIds {
  readonly organizationId: string;
  readonly connectorId: string;
}

/** Rows that go by their age alone. */
export type AgedKind = 'log_lines' | 'usage_events' | 'idempotency_keys' | 'mcp_sessions' | 'mcp_session_streams';

interface ExpiredRow {
  readonly organizationId: string;
  readonly kind: 'organization' | 'connector' | AgedKind;
  /** The organization or connector to purge; the organization's id for rows that go by age. */
  readonly id: string;
}

/** Never prepared under a name: DISCARD ALL and transaction poolers drop prepared statements that the client counts on. */
export function createLookups(pool: pg.Pool): Lookups {
  const read = async <Row extends pg.QueryResultRow>(_name: string, text: string, values: readonly unknown[]) =>
    (await pool.query<Row>({ text, values: [...values] })).rows;
  return {
    async findEndpoint(organizationSlug, connectorSlug) {
      const rows = await read<EndpointIds>(
        'find_endpoint',
        'SELECT organization_id AS "organizationId", connector_id AS "connectorId" FROM app.find_endpoint($1, $2)',
        [organizationSlug, connectorSlug],
      );
      return rows[0] ?? null;
    },
    async findOrganization(slugOrId) {
      const [row] = await read<{ organizationId: string | null }>(
        'find_organization',
        'SELECT app.find_organization($1) AS "organizationId"',
        [slugOrId],
      );
      return row?.organizationId ? { organizationId: row.organizationId } : null;
    },
    async findApiKey(hash) {
      const rows = await read<{ organizationId: string; apiKeyId: string }>(
        'find_api_key',
        'SELECT organization_id AS "organizationId", api_key_id AS "apiKeyId" FROM app.find_api_key($1)',
        [Buffer.from(hash)],
      );
      return rows[0] ?? null;
    },
    async apiKeyPrefixes(ids) {
      const [row] = await read<{ prefixes: Buffer }>(
        'api_key_prefixes',
        'SELECT app.api_key_prefixes($1::text[]) AS prefixes',
        [ids],
      );
      return row?.prefixes ?? Buffer.alloc(0);
    },
    async findGrant(grantId) {
      const [row] = await read<{ organizationId: string | null }>(
        'find_grant',
        'SELECT app.find_grant($1) AS "organizationId"',
        [grantId],
      );
      return row?.organizationId ? { organizationId: row.organizationId } : null;
    },
    async findOAuthClient(clientId) {
      const [row] = await read<{ organizationId: string | null }>(
        'find_oauth_client',
        'SELECT app.find_oauth_client($1) AS "organizationId"',
        [clientId],
      );
      return row?.organizationId ? { organizationId: row.organizationId } : null;
    },
    findPersonMemberships: (personId) =>
      read(
        'find_person_memberships',
        'SELECT organization_id AS "organizationId", member_id AS "memberId" FROM app.find_person_memberships($1)',
        [personId],
      ),
    dueVersions: (limit) =>
      read(
        'due_versions',
        'SELECT organization_id AS "organizationId", version_id AS "versionId" FROM app.due_versions($1)',
        [limit],
      ),
    dueIdentityChanges: (limit) =>
      read('due_identity_changes', 'SELECT organization_id AS "organizationId" FROM app.due_identity_changes($1)', [
        limit,
      ]),
    expiredRows: (limit, ageSeconds) =>
      read<ExpiredRow>(
        'expired_rows',
        'SELECT organization_id AS "organizationId", kind, id FROM app.expired_rows($1, $2::jsonb)',
        [limit, JSON.stringify(ageSeconds)],
      ),
    async purgeAuthorization(limit, endedSeconds) {
      const [row] = await read<{ removed: number }>(
        'purge_authorization',
        'SELECT app.purge_authorization($1, $2) AS removed',
        [limit, endedSeconds],
      );
      return row?.removed ?? 0;
    },
  };
}
