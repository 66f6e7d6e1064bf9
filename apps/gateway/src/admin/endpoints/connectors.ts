/** Connectors: what an author deploys to, and what is called by its URL. */
import type { Tx } from '@patchbay/domain';
import * as connectors from '@patchbay/domain/connectors';
import { AppError, text } from '@patchbay/foundation';
import { formatLimit, RETENTION } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { requireConnector, requirePermission } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import {
  AuthMode,
  CodeGeneration,
  Connector,
  connectorOf,
  Demands,
  presentConnector,
  requireDemander,
  requireEveryConnector,
} from './connector-parts.ts';
import { ConnectorParams, DisplayName, OrganizationParams, PageQuery, pageOf, Slug } from './parts.ts';

const ConfirmOpen = text().min(1).max(64).meta({
  description:
    'With `authMode: none`: the connector’s present slug. Without it a connector with secrets or tools that write is not opened.',
});

/** Pages looked through for a deleted connector by its slug. */
const DELETED_SEARCHED_MAX = 200;

/** Deleted ones have no slug in service, so one is looked for among them. */
async function findDeleted(tx: Tx, slugOrId: string): Promise<connectors.Connector> {
  const found = await connectors.findConnector(tx, slugOrId);
  if (found) return found;
  const { items } = await connectors.listConnectors(tx, { limit: DELETED_SEARCHED_MAX }, { includeDeleted: true });
  const deleted = items.find(({ slug, deletedAt }) => slug === slugOrId && deletedAt !== null);
  if (!deleted) throw new AppError('connectors.not_found');
  return deleted;
}

export const listConnectors = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors',
  summary: 'List connectors',
  tag: 'Connectors',
  permission: 'connectors:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery.extend({
    deleted: z.stringbool().default(false).meta({ description: 'Deleted ones instead of those in service.' }),
  }),
  reply: pageOf(Connector, 'ConnectorPage'),
}).inTransaction(async (tx, { query, access }, { origin }) => {
  const { deleted, ...window } = query;
  const page = await connectors.listConnectors(tx, window, { includeDeleted: deleted });
  const items = [];
  for (const connector of page.items) {
    const reached = access.connectorIds === null || access.connectorIds.has(connector.id);
    if (reached && deleted === (connector.deletedAt !== null))
      items.push(await presentConnector(tx, connector, { access, origin }));
  }
  return { items, nextCursor: page.nextCursor };
});

export const createConnector = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors',
  summary: 'Create a connector; it answers after its first deploy. `authMode: none` needs `connectors:open`',
  tag: 'Connectors',
  permission: 'connectors:write',
  audit: 'connector.created',
  params: OrganizationParams,
  body: z.object({ slug: Slug, name: DisplayName.optional(), authMode: AuthMode.default('oauth') }),
  reply: Connector,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, call, { origin }) => {
  requireEveryConnector(call.access);
  if (call.body.authMode === 'none') requirePermission(call.access, 'connectors:open');
  const connector = await connectors.createConnector(tx, call.caller.actor, call.body);
  return presentConnector(tx, connector, { access: call.access, origin });
});

export const getConnector = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connectors/:connector',
  summary: 'Show a connector',
  tag: 'Connectors',
  permission: 'connectors:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: ConnectorParams,
  reply: Connector,
}).inTransaction(async (tx, call, { origin }) =>
  presentConnector(tx, await connectorOf(tx, call), { access: call.access, origin }),
);

export const updateConnector = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization/connectors/:connector',
  summary:
    'Change name, slug, auth mode, demands or what the code may do; the old slug stays an alias. `authMode: none` and `demands` need `connectors:open`; only an owner lists exempt keys',
  tag: 'Connectors',
  permission: 'connectors:write',
  audit: 'connector.updated',
  params: ConnectorParams,
  body: z
    .object({
      name: DisplayName,
      slug: Slug,
      authMode: AuthMode,
      codeGeneration: CodeGeneration,
      confirmOpen: ConfirmOpen,
      demands: Demands.partial(),
    })
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'names nothing to change')
    .refine(
      (body) => body.confirmOpen === undefined || body.authMode === 'none',
      'confirmOpen goes with authMode none',
    ),
  reply: Connector,
}).inTransaction(async (tx, call, { origin }) => {
  let connector = await connectorOf(tx, call);
  if (call.body.authMode === 'none') requirePermission(call.access, 'connectors:open');
  if (call.body.demands !== undefined) requireDemander(call.access, call.body.demands);
  const { slug, ...patch } = call.body;
  if (Object.keys(patch).length > 0)
    connector = await connectors.updateConnector(tx, call.caller.actor, connector.id, patch);
  if (slug !== undefined && slug !== connector.slug) {
    connector = await connectors.renameConnector(tx, call.caller.actor, connector.id, slug);
  }
  return presentConnector(tx, connector, { access: call.access, origin });
});

export const deleteConnector = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/connectors/:connector',
  summary: `Take a connector out of service at once; restorable for ${formatLimit(RETENTION.restorable)}`,
  tag: 'Connectors',
  permission: 'connectors:delete',
  audit: 'connector.deleted',
  params: ConnectorParams,
}).inTransaction(async (tx, call) => {
  const connector = await connectorOf(tx, call);
  await connectors.deleteConnector(tx, call.caller.actor, connector.id);
  return undefined;
});

export const restoreConnector = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connectors/:connector/restore',
  summary: 'Put a deleted connector back into service',
  tag: 'Connectors',
  permission: 'connectors:delete',
  audit: 'connector.restored',
  params: ConnectorParams,
  reply: Connector,
}).inTransaction(async (tx, call, { origin }) => {
  const found = await findDeleted(tx, call.params.connector);
  requireConnector(call.access, found.id);
  const connector = await connectors.restoreConnector(tx, call.caller.actor, found.id);
  return presentConnector(tx, connector, { access: call.access, origin });
});
