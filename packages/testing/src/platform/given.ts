import { createFileArtifactStore } from '@patchbay/artifacts';
import { createDatabase, type Database, type Tx } from '@patchbay/domain';
import { createApiKey } from '@patchbay/domain/api-keys';
import type { Actor } from '@patchbay/domain/audit';
import { type AuthMode, createConnector, findConnector, updateConnector } from '@patchbay/domain/connectors';
import { activate } from '@patchbay/domain/deployments';
import { connectorResource, organizationResource } from '@patchbay/domain/endpoints';
import { ALL_PERMISSIONS, mayKeyHold, type Role } from '@patchbay/domain/organizations';
import { moveVersion, submitVersion, type Version, type VersionState } from '@patchbay/domain/versions';
import { newId } from '@patchbay/foundation';
import pg from 'pg';
import type { TestDatabase } from '../services/database.ts';
import { AccessTokenIssuer, type AccessTokenIssuerOptions, type GivenAccessToken } from './given-access-token.ts';

export interface GivenPerson {
  readonly id: string;
  readonly email: string;
  readonly actor: Actor;
}

export interface GivenOrganization {
  readonly id: string;
  readonly slug: string;
  readonly owner: GivenPerson;
}

export interface GivenConnector {
  readonly organization: GivenOrganization;
  readonly id: string;
  readonly slug: string;
}

/** Code and what the deploy pipeline would have recorded of it. */
export interface GivenVersion {
  /** CommonJS, as the bundler writes it. */
  readonly code: string;
  /** Runner packages the code requires. */
  readonly packages?: readonly string[];
  readonly manifest: Readonly<Record<string, unknown>>;
  /** Default true. */
  readonly activate?: boolean;
}

const YEAR_MS = 364 * 24 * 3_600_000;
const PIPELINE: readonly VersionState[] = [
  'received',
  'resolving',
  'building',
  'probing',
  'scanning',
  'storing',
  'published',
];

/** Builders of what a test needs to be there. They write what the platform would have written, without its time. */
export interface Given {
  readonly database: Database;
  organization(slug: string): Promise<GivenOrganization>;
  member(organization: GivenOrganization, role: Role): Promise<GivenPerson>;
  connector(organization: GivenOrganization, slug: string, authMode?: AuthMode): Promise<GivenConnector>;
  /** A connector with one live version. */
  live(organization: GivenOrganization, slug: string, version: GivenVersion): Promise<GivenConnector>;
  /** A published version, live by default. */
  publishedVersion(connector: GivenConnector, version: GivenVersion): Promise<Version>;
  activate(connector: GivenConnector, version: Version): Promise<void>;
  /** Text of a key for every connector of the organization, of kind `mcp` by default. */
  apiKey(organization: GivenOrganization, person?: GivenPerson, kind?: 'mcp' | 'deploy' | 'admin'): Promise<string>;
  /** An access token, with its grant, for the live connector or for the URL of the whole organization. */
  accessToken(at: GivenConnector | GivenOrganization, of?: AccessTokenOf): Promise<GivenAccessToken>;
  close(): Promise<void>;
}

export type { GivenAccessToken } from './given-access-token.ts';

export interface AccessTokenOf {
  /** Default: the owner. */
  readonly person?: GivenPerson;
  readonly clientId?: string;
  /** Default: both scopes of tools. */
  readonly scopes?: readonly string[];
  /** For the preview of this version. */
  readonly version?: Version;
  /** At the URL of the organization: the connectors that the person allowed. */
  readonly connectors?: readonly GivenConnector[];
}

export interface GivenOptions {
  readonly database: TestDatabase;
  readonly artifactDirectory: string;
  /** The installation that is to accept the access tokens. */
  readonly tokens?: Pick<AccessTokenIssuerOptions, 'origin' | 'masterKeyFile'>;
}

export function createGiven(options: GivenOptions): Given {
  const database = createDatabase({ url: options.database.urls.app, poolSizeMax: 2 });
  const artifacts = createFileArtifactStore({ directory: options.artifactDirectory });
  // People are better-auth's to write; a test writes them as the superuser, under the same names.
  const people = new pg.Pool({ connectionString: options.database.superuserUrl, max: 1 });
  people.on('error', () => {}); // a test may take the server away
  const issuer = options.tokens && new AccessTokenIssuer({ database: options.database, ...options.tokens });
  const inside = <T>(organization: GivenOrganization, work: (tx: Tx) => Promise<T>) =>
    database.withOrganization({ organizationId: organization.id }, work);

  const person = async (name: string): Promise<GivenPerson> => {
    const id = newId('person');
    const email = `${name}-${id.slice(-6)}@example.com`;
    await people.query('INSERT INTO identity.people (id, email, email_verified, name) VALUES ($1, $2, true, $3)', [
      id,
      email,
      name,
    ]);
    return { id, email, actor: { kind: 'person', personId: id } };
  };
  const join = (organizationId: string, personId: string, role: Role) =>
    people.query('INSERT INTO identity.members (id, organization_id, person_id, role) VALUES ($1, $2, $3, $4)', [
      newId('member'),
      organizationId,
      personId,
      role,
    ]);

  const given: Given = {
    database,
    async organization(slug) {
      const id = newId('organization');
      await people.query('INSERT INTO identity.organizations (id, name, slug) VALUES ($1, $2, $2)', [id, slug]);
      const owner = await person('owner');
      await join(id, owner.id, 'owner');
      return { id, slug, owner };
    },
    async member(organization, role) {
      const member = await person(role);
      await join(organization.id, member.id, role);
      return member;
    },
    connector: (organization, slug, authMode) =>
      inside(organization, async (tx) => {
        const { actor } = organization.owner;
        const { id } = await createConnector(tx, actor, { slug, authMode });
        if (authMode === 'none') await updateConnector(tx, actor, id, { authMode, confirmOpen: slug });
        return { organization, id, slug };
      }),
    async live(organization, slug, version) {
      const connector = await given.connector(organization, slug);
      await given.publishedVersion(connector, version);
      return connector;
    },
    async publishedVersion(
      { organization, id: connectorId },
      { code, packages = [], manifest, activate: live = true },
    ) {
      const artifact = Buffer.from(JSON.stringify({ format: 1, code, packages, sourceMap: null }));
      const { digest } = await artifacts.put(organization.id, artifact, { bytesMax: 16 * 1024 * 1024 });
      return inside(organization, async (tx) => {
        const actor = organization.owner.actor;
        const input = { connectorId, sourceDigest: digest, typecheck: false, activate: live };
        let version = await submitVersion(tx, actor, input);
        for (const to of PIPELINE.slice(1)) {
          const patch = to === 'published' ? { artifactDigest: digest, manifest } : {};
          version = await moveVersion(tx, version.id, { from: version.state, to }, patch);
        }
        if (live) await activate(tx, actor, { connectorId, versionId: version.id, cause: 'deploy' });
        return version;
      });
    },
    activate: ({ organization, id: connectorId }, version) =>
      inside(organization, async (tx) => {
        await activate(tx, organization.owner.actor, { connectorId, versionId: version.id, cause: 'activate' });
      }),
    apiKey: (organization, holder = organization.owner, kind = 'mcp') =>
      inside(organization, async (tx) => {
        const input = { kind, name: `${kind} key`, expiresAt: new Date(Date.now() + YEAR_MS), personId: holder.id };
        const lists = kind === 'admin' ? { permissions: ALL_PERMISSIONS.filter(mayKeyHold) } : { connectorIds: ['*'] };
        const ceiling = { permissions: new Set(ALL_PERMISSIONS) };
        const { secret } = await createApiKey(tx, holder.actor, { ...input, ...lists }, ceiling);
        return secret.reveal();
      }),
    async accessToken(at, { person, version, connectors = [], ...of } = {}) {
      if (!issuer) throw new Error('access tokens need the origin and the master key of an installation');
      const organization = 'organization' in at ? at.organization : at;
      const connector = 'organization' in at ? at : null;
      return issuer.issue({
        ...of,
        organizationId: organization.id,
        personId: (person ?? organization.owner).id,
        connectorId: connector?.id ?? null,
        versionId: version?.id ?? null,
        connectorIds: connectors.map(({ id }) => id),
        resourcePath: connector
          ? connectorResource(organization.slug, connector.slug, version?.number)
          : organizationResource(organization.slug),
      });
    },
    async close() {
      await issuer?.close();
      await database.close();
      await people.end();
    },
  };
  return given;
}

/** A connector that was there before, by its slug. */
export async function givenConnector(
  given: Given,
  organization: GivenOrganization,
  slug: string,
): Promise<GivenConnector> {
  const found = await given.database.withOrganization({ organizationId: organization.id }, (tx) =>
    findConnector(tx, slug),
  );
  if (!found) throw new Error(`no connector ${slug}`);
  return { organization, id: found.id, slug };
}
