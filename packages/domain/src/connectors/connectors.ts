import { AppError, newId, type Page, type PageRequest } from '@patchbay/foundation';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import { recordLiveNames } from '../joined-names/index.ts';
import { assertConnectorSlug, RESTORABLE_DAYS } from '../organizations/index.ts';
import { type AuthMode, type Connector, toConnector, WITH_LIVE_VERSION } from './connector.ts';

/**
 * @throws AppError `connectors.slug_taken`, `connectors.slug_retired`, `connectors.slug_invalid`,
 * `connectors.slug_reserved`
 */
export async function createConnector(
  tx: Tx,
  actor: Actor,
  input: { readonly slug: string; readonly name?: string | undefined; readonly authMode?: AuthMode | undefined },
): Promise<Connector> {
  assertConnectorSlug(input.slug);
  const id = newId('connector');
  await claimSlug(tx, id, input.slug);
  const row = await tx.prisma.connector.create({
    data: {
      ...tx.scope,
      id,
      slug: input.slug,
      name: input.name ?? input.slug,
      authMode: input.authMode ?? 'oauth',
    },
    include: WITH_LIVE_VERSION,
  });
  const connector = toConnector(row);
  const { slug, name, authMode } = connector;
  await recordChange(tx, actor, { id, action: 'connector.created', after: { slug, name, authMode } });
  return connector;
}

/** By id, or by present or earlier slug; deleted ones by id only. Null when there is none. */
export async function findConnector(tx: Tx, slugOrId: string): Promise<Connector | null> {
  const registered = await tx.prisma.connectorSlug.findUnique({
    where: { organizationId_slug: { ...tx.scope, slug: slugOrId } },
  });
  const row = await tx.prisma.connector.findUnique({
    where: { organizationId_id: { ...tx.scope, id: registered?.connectorId ?? slugOrId } },
    include: WITH_LIVE_VERSION,
  });
  if (row === null || (registered !== null && row.deletedAt !== null)) return null;
  return toConnector(row);
}

/** As `findConnector`. @throws AppError `connectors.not_found` */
export async function getConnector(tx: Tx, slugOrId: string): Promise<Connector> {
  const connector = await findConnector(tx, slugOrId);
  if (connector === null) throw new AppError('connectors.not_found', { data: { connector: slugOrId } });
  return connector;
}

/** By present or earlier slug. @throws AppError `connectors.not_found` */
export async function getConnectorBySlug(tx: Tx, slug: string): Promise<Connector> {
  const connector = await getConnector(tx, slug);
  if (connector.id === slug) throw new AppError('connectors.not_found', { data: { connector: slug } });
  return connector;
}

/** By creation, newest first; without deleted ones unless asked. */
export async function listConnectors(
  tx: Tx,
  page: PageRequest,
  filter: { readonly includeDeleted?: boolean | undefined } = {},
): Promise<Page<Connector>> {
  const rows = await tx.prisma.connector.findMany({
    where: {
      ...tx.scope,
      ...(filter.includeDeleted ? {} : { deletedAt: null }),
      ...olderThan(page.cursor),
    },
    include: WITH_LIVE_VERSION,
    orderBy: NEWEST_FIRST,
    take: page.limit + 1,
  });
  return toPage(rows, page.limit, toConnector, (row) => ({ at: row.createdAt, id: row.id }));
}

/**
 * The old slug stays an alias of this connector permanently.
 *
 * @throws AppError as `createConnector`, and `connectors.names_shared`
 */
export async function renameConnector(tx: Tx, actor: Actor, id: string, slug: string): Promise<Connector> {
  assertConnectorSlug(slug);
  const before = await lockConnector(tx, id);
  if (before.slug !== slug) {
    await claimSlug(tx, id, slug);
    await updateRow(tx, id, { slug });
    const [shared] = await recordLiveNames(tx, id);
    if (shared) throw new AppError('connectors.names_shared', { data: { slug, kind: shared.kind, name: shared.name } });
    // Policies follow a connector under its new slug.
    await emitChange(tx, { kind: 'policies', id: tx.scope.organizationId });
    await recordChange(tx, actor, { id, action: 'connector.renamed', before: { slug: before.slug }, after: { slug } });
  }
  return getConnector(tx, id);
}

/** Out of service at once, restorable for 30 days. @throws AppError `connectors.not_found` */
export async function deleteConnector(tx: Tx, actor: Actor, id: string): Promise<Connector> {
  await lockConnector(tx, id);
  const deletedAt = new Date();
  const purgeAfter = new Date(deletedAt.getTime() + RESTORABLE_DAYS * 86_400_000);
  await updateRow(tx, id, { deletedAt, purgeAfter });
  await recordLiveNames(tx, id);
  await recordChange(tx, actor, { id, action: 'connector.deleted', after: { purgeAfter } });
  return getConnector(tx, id);
}

/** @throws AppError `connectors.not_deleted`, `connectors.not_found` */
export async function restoreConnector(tx: Tx, actor: Actor, id: string): Promise<Connector> {
  const { count } = await tx.prisma.connector.updateMany({
    where: { ...tx.scope, id, deletedAt: { not: null } },
    data: { deletedAt: null, purgeAfter: null, updatedAt: new Date() },
  });
  const connector = await getConnector(tx, id);
  if (count === 0) throw new AppError('connectors.not_deleted');
  await recordLiveNames(tx, id);
  await recordChange(tx, actor, { id, action: 'connector.restored' });
  return connector;
}

/** Holds the row to the end of the transaction; deleted connectors cannot be changed. */
export async function lockConnector(tx: Tx, id: string): Promise<Connector> {
  await tx.query('SELECT id FROM app.connectors WHERE organization_id = $1 AND id = $2 FOR UPDATE', [
    tx.scope.organizationId,
    id,
  ]);
  const connector = await getConnector(tx, id);
  if (connector.deletedAt !== null) throw new AppError('connectors.not_found', { data: { connector: id } });
  return connector;
}

/** For the functions of this folder. */
export async function updateRow(tx: Tx, id: string, data: Parameters<Tx['prisma']['connector']['update']>[0]['data']) {
  await tx.prisma.connector.update({
    where: { organizationId_id: { ...tx.scope, id } },
    data: { ...data, updatedAt: new Date() },
  });
}

interface ConnectorMove {
  readonly id: string;
  readonly action: `connector.${'created' | 'updated' | 'renamed' | 'deleted' | 'restored'}`;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** For the functions of this folder. */
export async function recordChange(tx: Tx, actor: Actor, { id, ...entry }: ConnectorMove): Promise<void> {
  await emitChange(tx, { kind: 'connector', id });
  await record(tx, { actor, target: { type: 'connector', id }, ...entry });
}

/**
 * Gives the slug to the connector permanently: a URL is never reassigned. A connector may take back a slug it had
 * before.
 *
 * @throws AppError `connectors.slug_taken`, `connectors.slug_retired`
 */
async function claimSlug(tx: Tx, connectorId: string, slug: string): Promise<void> {
  const { organizationId } = tx.scope;
  // Waits for a transaction that claims the same slug, so that exactly one of two gets it.
  await tx.query(
    'INSERT INTO app.connector_slugs (organization_id, slug, connector_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [organizationId, slug, connectorId],
  );
  const owner = await tx.prisma.connectorSlug.findUniqueOrThrow({
    where: { organizationId_slug: { ...tx.scope, slug } },
  });
  if (owner.connectorId === connectorId) return;
  const holder = await tx.prisma.connector.findUnique({
    where: { organizationId_slug: { ...tx.scope, slug } },
    select: { deletedAt: true },
  });
  const isInUse = holder !== null && holder.deletedAt === null;
  throw new AppError(isInUse ? 'connectors.slug_taken' : 'connectors.slug_retired', { data: { slug } });
}
