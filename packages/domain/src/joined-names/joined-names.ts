import { emitChange } from '../changes/index.ts';
import type { Tx } from '../database/index.ts';
import { type NameConflict, type NamedKind, type PlannedName, planClaims, planNames } from './plan-names.ts';

/**
 * The recorded names and URIs at an organization's own URL: a name resolves through it and never by taking it apart.
 * Its rows are those of the live versions; they change with them, in the same transaction.
 */

export interface JoinedName {
  readonly kind: NamedKind;
  readonly joined: string;
  readonly connectorId: string;
  readonly name: string;
}

export interface ResourceClaim {
  readonly connectorId: string;
  readonly uri: string;
  readonly isTemplate: boolean;
}

export interface OrganizationNames {
  readonly names: readonly JoinedName[];
  /** The oldest claim to a URI comes first: a later connector never takes it over. */
  readonly claims: readonly ResourceClaim[];
}

/** Names that would be ambiguous if the connector served a version with this manifest. */
export async function findNameConflicts(
  tx: Tx,
  connector: { readonly id: string; readonly slug: string },
  manifest: unknown,
): Promise<readonly NameConflict[]> {
  const { names, conflicts } = planNames(connector, manifest);
  return [...conflicts, ...(await findTaken(tx, connector.id, names))];
}

/**
 * Replaces the rows of the connector with those of its live version; without one, or when it is deleted, there are
 * none. Ambiguous names are left out, and returned.
 */
export async function recordLiveNames(tx: Tx, connectorId: string): Promise<readonly NameConflict[]> {
  const { organizationId } = tx.scope;
  // Locked by the update: of two at once, the later one writes what is live then.
  await tx.query(
    `UPDATE app.connectors SET names_recorded_for = live_deployment_id || ' ' || slug
     WHERE organization_id = $1 AND id = $2 RETURNING id`,
    [organizationId, connectorId],
  );
  const [live] = await tx.query<{ slug: string; manifest: unknown }>(
    `SELECT c.slug, v.manifest FROM app.connectors c
     JOIN app.deployments d ON d.organization_id = c.organization_id AND d.id = c.live_deployment_id
     JOIN app.versions v ON v.organization_id = d.organization_id AND v.id = d.version_id
     WHERE c.organization_id = $1 AND c.id = $2 AND c.deleted_at IS NULL`,
    [organizationId, connectorId],
  );
  const { names, conflicts } = planNames({ id: connectorId, slug: live?.slug ?? '' }, live?.manifest);
  const taken = await findTaken(tx, connectorId, names);
  const isTaken = new Set(taken.map(({ kind, joined }) => `${kind} ${joined}`));
  const free = names.filter(({ kind, joined }) => !isTaken.has(`${kind} ${joined}`));
  await writeNames(tx, connectorId, free);
  await writeClaims(tx, connectorId, live?.manifest);
  await emitChange(tx, { kind: 'joined_names', id: organizationId });
  return [...conflicts, ...taken];
}

/** Everything recorded of the organization. Connectors whose live version is not recorded yet are recorded first. */
export async function loadNames(tx: Tx): Promise<OrganizationNames> {
  const { organizationId } = tx.scope;
  const behind = await tx.query<{ id: string }>(
    `SELECT id FROM app.connectors WHERE organization_id = $1 AND deleted_at IS NULL
       AND live_deployment_id IS NOT NULL
       AND names_recorded_for IS DISTINCT FROM live_deployment_id || ' ' || slug ORDER BY id`,
    [organizationId],
  );
  for (const { id } of behind) await recordLiveNames(tx, id);
  const names = await tx.query<JoinedName>(
    `SELECT kind, joined, connector_id AS "connectorId", name FROM app.joined_names WHERE organization_id = $1`,
    [organizationId],
  );
  const claims = await tx.query<ResourceClaim>(
    `SELECT connector_id AS "connectorId", uri, is_template AS "isTemplate" FROM app.resource_claims
     WHERE organization_id = $1 ORDER BY created_at, connector_id, uri`,
    [organizationId],
  );
  return { names, claims };
}

async function findTaken(tx: Tx, connectorId: string, names: readonly PlannedName[]): Promise<NameConflict[]> {
  const rows = await tx.query<JoinedName>(
    `SELECT kind, joined, connector_id AS "connectorId", name FROM app.joined_names
     WHERE organization_id = $1 AND connector_id <> $2 AND joined = ANY ($3::text[])`,
    [tx.scope.organizationId, connectorId, names.map(({ joined }) => joined)],
  );
  return rows.flatMap((row) => {
    const own = names.find(({ kind, joined }) => kind === row.kind && joined === row.joined);
    return own ? [{ ...own, other: { connectorId: row.connectorId, name: row.name } }] : [];
  });
}

async function writeNames(tx: Tx, connectorId: string, names: readonly PlannedName[]): Promise<void> {
  const { organizationId } = tx.scope;
  await tx.prisma.joinedName.deleteMany({ where: { organizationId, connectorId } });
  await tx.prisma.joinedName.createMany({
    data: names.map(({ kind, joined, name }) => ({ organizationId, connectorId, kind, joined, name })),
  });
}

/** A claim that is kept keeps its age, also when a rollback brings it back from a version that has it too. */
async function writeClaims(tx: Tx, connectorId: string, manifest: unknown): Promise<void> {
  const { organizationId } = tx.scope;
  const claims = planClaims(manifest);
  const mark = ({ uri, isTemplate }: { uri: string; isTemplate: boolean }) => `${isTemplate} ${uri}`;
  const wanted = new Set(claims.map(mark));
  const present = await tx.prisma.resourceClaim.findMany({ where: { organizationId, connectorId } });
  for (const { uri, isTemplate } of present.filter((claim) => !wanted.has(mark(claim)))) {
    await tx.prisma.resourceClaim.deleteMany({ where: { organizationId, connectorId, uri, isTemplate } });
  }
  await tx.prisma.resourceClaim.createMany({
    data: claims.map((claim) => ({ organizationId, connectorId, ...claim })),
    skipDuplicates: true,
  });
}
