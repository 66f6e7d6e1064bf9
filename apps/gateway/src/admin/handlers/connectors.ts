import type { Tx } from '@patchbay/domain';
import {
  type Connector,
  createConnector,
  deleteConnector,
  findConnector,
  getConnector,
  listConnectors,
  renameConnector,
  restoreConnector,
  updateConnector,
} from '@patchbay/domain/connectors';
import { listDeployments } from '@patchbay/domain/deployments';
import { listVersions } from '@patchbay/domain/versions';
import { AppError } from '@patchbay/foundation';
import { type Access, requireConnector, requirePermission } from '../caller.ts';
import * as endpoints from '../endpoints/connectors.ts';
import { handleInTransaction } from '../handler.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { endpointUrl } from './endpoint-url.ts';
import { deploymentsByVersion, shownState } from './version-state.ts';

/** Pages looked through for a deleted connector by its slug. */
const DELETED_SEARCHED_MAX = 200;

/** The connector of the path, if the caller's key reaches it. @throws AppError `connectors.not_found` */
export async function connectorOf(
  tx: Tx,
  call: { readonly access: Access; readonly params: { readonly connector: string } },
): Promise<Connector> {
  const connector = await getConnector(tx, call.params.connector);
  requireConnector(call.access, connector.id);
  return connector;
}

async function present(tx: Tx, connector: Connector, { access, origin }: { access: Access; origin: string }) {
  const [latest] = (await listVersions(tx, connector.id, { limit: 1 })).items;
  const deployments = (await listDeployments(tx, connector.id, { limit: 200 })).items;
  const live = deployments.find((deployment) => deployment.live);
  const before = deployments.filter(({ state }) => state === 'active').length;
  const gone = connector.deletedAt !== null && 'The connector is deleted; restore it first.';
  return {
    id: connector.id,
    slug: connector.slug,
    name: connector.name,
    authMode: connector.authMode,
    url: endpointUrl(origin, access, connector.slug),
    live: live
      ? { versionId: live.versionId, number: live.versionNumber, activatedAt: live.createdAt.toISOString() }
      : null,
    latest: latest
      ? {
          versionId: latest.id,
          number: latest.number,
          state: shownState(latest, connector, deploymentsByVersion(deployments)).state,
        }
      : null,
    settingsRevision: connector.settingsRevision,
    codeGeneration: connector.codeGeneration,
    openConfirmedAt: connector.openConfirmedAt?.toISOString() ?? null,
    createdAt: connector.createdAt.toISOString(),
    deletedAt: connector.deletedAt?.toISOString() ?? null,
    purgeAt: connector.purgeAfter?.toISOString() ?? null,
    actions: {
      deploy: allowedUnless(gone, lacks(access, 'versions:write')),
      rollBack: allowedUnless(
        gone,
        lacks(access, 'deployments:write'),
        before < 2 && 'No other version was live before this one.',
      ),
      update: allowedUnless(gone, lacks(access, 'connectors:write')),
      open: allowedUnless(gone, lacks(access, 'connectors:write'), lacks(access, 'connectors:open')),
      delete: allowedUnless(gone, lacks(access, 'connectors:delete')),
      restore: allowedUnless(!gone && 'It is in service.', lacks(access, 'connectors:delete')),
    },
  };
}

export const list = handleInTransaction(endpoints.listConnectors, async (tx, { query, access }, { origin }) => {
  const { deleted, ...window } = query;
  const page = await listConnectors(tx, window, { includeDeleted: deleted });
  const items = [];
  for (const connector of page.items) {
    const reached = access.connectorIds === null || access.connectorIds.has(connector.id);
    if (reached && deleted === (connector.deletedAt !== null))
      items.push(await present(tx, connector, { access, origin }));
  }
  return { items, nextCursor: page.nextCursor };
});

export const create = handleInTransaction(endpoints.createConnector, async (tx, call, { origin }) => {
  requireEveryConnector(call.access);
  if (call.body.authMode === 'none') requirePermission(call.access, 'connectors:open');
  const connector = await createConnector(tx, call.caller.actor, call.body);
  return present(tx, connector, { access: call.access, origin });
});

export const show = handleInTransaction(endpoints.getConnector, async (tx, call, { origin }) =>
  present(tx, await connectorOf(tx, call), { access: call.access, origin }),
);

export const update = handleInTransaction(endpoints.updateConnector, async (tx, call, { origin }) => {
  let connector = await connectorOf(tx, call);
  if (call.body.authMode === 'none') requirePermission(call.access, 'connectors:open');
  const { slug, ...patch } = call.body;
  if (Object.keys(patch).length > 0) connector = await updateConnector(tx, call.caller.actor, connector.id, patch);
  if (slug !== undefined && slug !== connector.slug) {
    connector = await renameConnector(tx, call.caller.actor, connector.id, slug);
  }
  return present(tx, connector, { access: call.access, origin });
});

export const remove = handleInTransaction(endpoints.deleteConnector, async (tx, call) => {
  const connector = await connectorOf(tx, call);
  await deleteConnector(tx, call.caller.actor, connector.id);
  return undefined;
});

export const restore = handleInTransaction(endpoints.restoreConnector, async (tx, call, { origin }) => {
  const found = await findDeleted(tx, call.params.connector);
  requireConnector(call.access, found.id);
  const connector = await restoreConnector(tx, call.caller.actor, found.id);
  return present(tx, connector, { access: call.access, origin });
});

/** Deleted ones have no slug in service, so one is looked for among them. */
async function findDeleted(tx: Tx, slugOrId: string): Promise<Connector> {
  const found = await findConnector(tx, slugOrId);
  if (found) return found;
  const { items } = await listConnectors(tx, { limit: DELETED_SEARCHED_MAX }, { includeDeleted: true });
  const deleted = items.find(({ slug, deletedAt }) => slug === slugOrId && deletedAt !== null);
  if (!deleted) throw new AppError('connectors.not_found');
  return deleted;
}

/** A key for certain connectors makes no new ones. @throws AppError `admin.permission_missing` */
export function requireEveryConnector(access: Access): void {
  if (access.connectorIds === null) return;
  throw new AppError('admin.permission_missing', { detail: 'This API key is limited to the connectors it lists.' });
}
