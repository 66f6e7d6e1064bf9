/**
 * What must be found before the organization is known (security.md S18). Each is one SECURITY DEFINER function of the
 * database that returns ids and nothing else; whoever wants more enters the organization with `withOrganization`.
 */
export interface Lookups {
  /** Slugs in any case for the organization; retired names of the same record answer too. Null when out of service. */
  findEndpoint(organizationSlug: string, connectorSlug: string): Promise<EndpointIds | null>;
  /** By current or earlier slug, or by `org_` id. Deleted organizations are found until they are purged. */
  findOrganization(slugOrId: string): Promise<{ readonly organizationId: string } | null>;
  /** By SHA-256 of the whole key text. Says nothing about validity: load the key in its organization. */
  findApiKey(hash: Uint8Array): Promise<{ readonly organizationId: string; readonly apiKeyId: string } | null>;
  findPersonMemberships(
    personId: string,
  ): Promise<readonly { readonly organizationId: string; readonly memberId: string }[]>;
  /** Versions that are neither final nor leased by a living worker, oldest first. */
  dueVersions(limit: number): Promise<readonly { readonly organizationId: string; readonly versionId: string }[]>;
  /** Rows whose time has come: what kind they are says which purge function takes them. */
  expiredRows(limit: number): Promise<readonly ExpiredRow[]>;
  /** True when no person exists yet: the installation waits for its first owner. */
  isUnclaimed(): Promise<boolean>;
}

export interface EndpointIds {
  readonly organizationId: string;
  readonly connectorId: string;
}

export interface ExpiredRow {
  readonly organizationId: string;
  readonly kind: 'organization' | 'connector' | 'log_lines' | 'idempotency_keys' | 'usage_events' | 'version_log_lines';
  /** The organization or connector to purge; the organization's id for rows that are purged by age. */
  readonly id: string;
}
