import { AppError, newId, type Page, type PageRequest } from '@patchbay/foundation';
import { getApiKey } from '../api-keys/index.ts';
import { type Actor, record } from '../audit/index.ts';
import { emitChange } from '../changes/index.ts';
import { NEWEST_FIRST, olderThan, type Tx, toPage } from '../database/index.ts';
import { recordLiveNames } from '../joined-names/index.ts';
import { assertConnectorSlug, RESTORABLE_DAYS } from '../organizations/index.ts';
import { type AuthMode, type Connector, toConnector, WITH_LIVE_VERSION } from './connector.ts';
import { type Demands, hasDemands } from './demands.ts';
import { type OpenRisks, refuseRisks, writingToolsOf } from './open-access.ts';

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

export interface ConnectorPatch {
  readonly name?: string | undefined;
  readonly authMode?: AuthMode | undefined;
  readonly codeGeneration?: boolean | undefined;
  /** Those that are named replace the present ones. */
  readonly demands?: { readonly [Name in keyof Demands]?: Demands[Name] | undefined } | undefined;
  /** With `authMode: none`: the connector's present slug, as a confirmation of public access. */
  readonly confirmOpen?: string | undefined;
}

/**
 * Authentication and dynamic code are settings of its sandboxes: after a change running ones are not reused. Public
 * access to a connector with secrets or tools that write takes its name as a confirmation, which is kept until it
 * requires authentication again.
 *
 * @throws AppError `connectors.open_not_confirmed`, `connectors.demands_need_sign_in`, `connectors.not_found`,
 * `api-keys.not_found` for an exempt key that is none of the organization
 */
export async function updateConnector(tx: Tx, actor: Actor, id: string, patch: ConnectorPatch): Promise<Connector> {
  const connector = await lockConnector(tx, id);
  const { name, authMode, codeGeneration } = connector;
  const demands = await demandsAfter(tx, connector, patch);
  const before = {
    name,
    authMode,
    codeGeneration,
    openConfirmed: connector.openConfirmedAt !== null,
    demands: connector.demands,
  };
  const after = {
    name: patch.name ?? name,
    authMode: patch.authMode ?? authMode,
    codeGeneration: patch.codeGeneration ?? codeGeneration,
  };
  const openConfirmedAt = await confirmationAfter(tx, connector, patch);
  const isNewSetting = after.authMode !== authMode || after.codeGeneration !== codeGeneration;
  await update(tx, id, {
    ...after,
    openConfirmedAt,
    demandSecondFactor: demands.secondFactor,
    demandSignInMinutes: demands.signInMinutes,
    demandExemptKeys: [...demands.exemptKeys],
    ...(isNewSetting ? { settingsRevision: { increment: 1 } } : {}),
  });
  const recorded = { ...after, openConfirmed: openConfirmedAt !== null, demands };
  await recordChange(tx, actor, { id, action: 'connector.updated', before, after: recorded });
  return getConnector(tx, id);
}

/** The demands after the patch. @throws AppError `connectors.demands_need_sign_in`, `api-keys.not_found` */
async function demandsAfter(tx: Tx, connector: Connector, { demands, authMode }: ConnectorPatch): Promise<Demands> {
  const { secondFactor, signInMinutes, exemptKeys } = connector.demands;
  const after: Demands = {
    secondFactor: demands?.secondFactor ?? secondFactor,
    signInMinutes: demands?.signInMinutes === undefined ? signInMinutes : demands.signInMinutes,
    exemptKeys: demands?.exemptKeys ?? exemptKeys,
  };
  if ((authMode ?? connector.authMode) === 'none' && hasDemands(after)) {
    throw new AppError('connectors.demands_need_sign_in');
  }
  for (const id of after.exemptKeys) if (!exemptKeys.includes(id)) await getApiKey(tx, id);
  return after;
}

/** The stored confirmation after the patch. @throws AppError `connectors.open_not_confirmed` */
async function confirmationAfter(tx: Tx, connector: Connector, patch: ConnectorPatch): Promise<Date | null> {
  const { authMode, confirmOpen } = patch;
  if (authMode === undefined) return connector.openConfirmedAt;
  if (authMode !== 'none') return null;
  if (confirmOpen === connector.slug) return connector.openConfirmedAt ?? new Date();
  if (confirmOpen !== undefined) {
    throw new AppError('connectors.open_not_confirmed', {
      detail: `The confirmation names ${confirmOpen}, and this is ${connector.slug}.`,
    });
  }
  if (connector.authMode !== 'none') refuseRisks(connector, await findRisks(tx, connector));
  return connector.openConfirmedAt;
}

async function findRisks(tx: Tx, { id, liveVersionId }: Connector): Promise<OpenRisks> {
  const secrets = await tx.prisma.sealedSecret.count({ where: { ...tx.scope, connectorId: id } });
  const live =
    liveVersionId === null
      ? null
      : await tx.prisma.version.findUnique({
          where: { organizationId_id: { ...tx.scope, id: liveVersionId } },
          select: { manifest: true },
        });
  return { secrets, writingTools: writingToolsOf(live?.manifest) };
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
    await update(tx, id, { slug });
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
  await update(tx, id, { deletedAt, purgeAfter });
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

async function update(tx: Tx, id: string, data: Parameters<Tx['prisma']['connector']['update']>[0]['data']) {
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

async function recordChange(tx: Tx, actor: Actor, { id, ...entry }: ConnectorMove): Promise<void> {
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
