import { AppError } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';
import { type ChangeFeed, RevisionedCache } from '../changes/index.ts';
import { type AuthMode, type Connector, type Demands, getConnector } from '../connectors/index.ts';
import type { Database, Tx } from '../database/index.ts';
import { loadNames, type OrganizationNames } from '../joined-names/index.ts';
import { getOrganization, isSlug } from '../organizations/index.ts';
import { getVersion, getVersionByNumber, type Version, type VersionSnapshot } from '../versions/index.ts';
import { connectorResource } from './resource.ts';

/** Organization + connector + one version behind one URL. */
export interface Endpoint {
  readonly organizationId: string;
  readonly organizationSlug: string;
  readonly connectorId: string;
  readonly connectorSlug: string;
  readonly connectorName: string;
  readonly versionId: string;
  readonly versionNumber: number;
  /** False for the preview URL of a numbered version. */
  readonly live: boolean;
  readonly artifactDigest: string;
  readonly snapshot: VersionSnapshot | null;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly settingsRevision: number;
  readonly codeGeneration: boolean;
  readonly authMode: AuthMode;
  readonly demands: Demands;
  /** Canonical path of the URL: `/acme/weather/mcp`, `/acme/weather@3/mcp`. */
  readonly resource: string;
}

/** The endpoint behind the URL of an organization, for any caller. */
export interface LiveConnectors extends OrganizationNames {
  readonly organizationId: string;
  /** Slugs of connectors with a live version, sorted. */
  readonly slugs: readonly string[];
}

export interface EndpointDirectoryOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly entriesMax?: number;
}

export interface EndpointDirectory {
  /** Null when there is no such endpoint, nothing is live, or it is out of service. @throws AppError `data.stale` */
  resolve(organizationSlug: string, connectorSlug: string, version?: number): Promise<Endpoint | null>;
  /** Null when there is no such organization, or it is out of service. @throws AppError `data.stale` */
  findLive(organizationSlug: string): Promise<LiveConnectors | null>;
  /** Whether an organization of that name was found here lately. For limits: no query, and no proof. */
  hasServed(organizationSlug: string): boolean;
  statistics(): { readonly hits: number; readonly misses: number; readonly entries: number };
  close(): void;
}

/** Connectors behind one URL of an organization. */
const CONNECTORS_MAX = 500;
const LISTS_MAX = 1_000;
const SERVED_MAX = 20_000;

/** Which URL is which code, from memory; follows activations, renames, deletions and settings within a second. */
export function createEndpointDirectory(options: EndpointDirectoryOptions): EndpointDirectory {
  const { database, feed } = options;
  const cache = new RevisionedCache<Endpoint | null>({
    feed,
    entriesMax: options.entriesMax ?? 5_000,
    dependsOn: (endpoint) =>
      endpoint === null
        ? 'any'
        : [
            { kind: 'organization', id: endpoint.organizationId },
            { kind: 'connector', id: endpoint.connectorId },
          ],
  });
  const lists = new RevisionedCache<LiveConnectors | null>({
    feed,
    entriesMax: LISTS_MAX,
    dependsOn: (live) =>
      live === null
        ? 'any'
        : [
            { kind: 'organization', id: live.organizationId },
            { kind: 'joined_names', id: live.organizationId },
          ],
  });
  const served = new LRUCache<string, true>({ max: SERVED_MAX });
  const noteServed = <Found>(organization: string, found: Found): Found => {
    if (found !== null) served.set(organization, true);
    return found;
  };
  return {
    async resolve(organizationSlug, connectorSlug, version) {
      const organization = organizationSlug.toLowerCase();
      // A text that is no slug cannot be in the database, and must not fill the cache.
      if (!isSlug(organization) || !isSlug(connectorSlug)) return null;
      const key = `${organization}/${connectorSlug}@${version ?? 'live'}`;
      const find = () => loadEndpoint(database, { organization, connector: connectorSlug, version });
      return noteServed(organization, await cache.get(key, find));
    },
    async findLive(organizationSlug) {
      const organization = organizationSlug.toLowerCase();
      if (!isSlug(organization)) return null;
      return noteServed(organization, await lists.get(organization, () => loadLive(database, organization)));
    },
    hasServed: (organizationSlug) => served.has(organizationSlug.toLowerCase()),
    statistics: () => cache.statistics(),
    close() {
      cache.close();
      lists.close();
    },
  };
}

async function loadLive(database: Database, slug: string): Promise<LiveConnectors | null> {
  const found = await database.lookups.findOrganization(slug);
  if (found === null) return null;
  return database.withOrganization(found, async (tx) => {
    const organization = await getOrganization(tx);
    // An earlier slug leads nowhere here, and a deleted organization serves nothing.
    if (organization.slug !== slug || organization.deletedAt !== null) return null;
    const rows = await tx.prisma.connector.findMany({
      where: { ...tx.scope, deletedAt: null, liveDeploymentId: { not: null } },
      select: { slug: true },
      orderBy: { slug: 'asc' },
      take: CONNECTORS_MAX,
    });
    const slugs = rows.map((row) => row.slug);
    return Object.freeze({ ...found, slugs, ...(await loadNames(tx)) });
  });
}

interface EndpointName {
  readonly organization: string;
  readonly connector: string;
  readonly version: number | undefined;
}

async function loadEndpoint(database: Database, name: EndpointName): Promise<Endpoint | null> {
  const ids = await database.lookups.findEndpoint(name.organization, name.connector);
  if (ids === null) return null;
  const { organizationId, connectorId } = ids;
  return database.withOrganization({ organizationId }, async (tx) => {
    const organization = await getOrganization(tx);
    const connector = await getConnector(tx, connectorId);
    const version = await findServedVersion(tx, connector, name.version);
    if (version?.artifactDigest == null || version.manifest === null) return null;
    const live = name.version === undefined;
    return Object.freeze({
      organizationId,
      organizationSlug: organization.slug,
      connectorId,
      connectorSlug: connector.slug,
      connectorName: connector.name,
      versionId: version.id,
      versionNumber: version.number,
      live,
      artifactDigest: version.artifactDigest,
      snapshot: version.snapshot,
      manifest: version.manifest,
      settingsRevision: connector.settingsRevision,
      codeGeneration: connector.codeGeneration,
      authMode: connector.authMode,
      demands: connector.demands,
      resource: connectorResource(organization.slug, connector.slug, name.version),
    });
  });
}

async function findServedVersion(tx: Tx, connector: Connector, number: number | undefined): Promise<Version | null> {
  if (number === undefined) return connector.liveVersionId === null ? null : getVersion(tx, connector.liveVersionId);
  const version = await getVersionByNumber(tx, connector.id, number).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'versions.not_found') return null;
    throw error;
  });
  return version?.state === 'published' ? version : null;
}
