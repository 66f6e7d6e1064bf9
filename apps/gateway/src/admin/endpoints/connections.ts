/** Connections: links to accounts at providers. Everyone keeps their own; owners and admins see all, without secrets. */
import type { Tx } from '@patchbay/domain';
import { record } from '@patchbay/domain/audit';
import * as connections from '@patchbay/domain/connections';
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import type { Access, Caller } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames } from './actor-names.ts';
import { Actor, Instant, OrganizationParams, pageOf } from './parts.ts';

const TAG = 'Connections';
const ConnectionParams = OrganizationParams.extend({ connection: idOf('connection') });

export const Connection = z
  .object({
    id: z.string(),
    provider: z.string(),
    person: Actor.nullable().meta({ description: 'Null: the organization’s.' }),
    kind: z.enum(['oauth2', 'api_key', 'basic']),
    account: z.string(),
    host: z.string().nullable(),
    scopes: z.array(z.string()),
    status: z.enum(['active', 'needs_reconnect', 'ended']),
    statusReason: z.string().nullable(),
    isDefault: z.boolean(),
    connectorIds: z.array(z.string()).meta({ description: 'Connectors that it serves.' }),
    expiresAt: Instant.nullable(),
    endsAt: Instant.nullable(),
    lastRefreshedAt: Instant.nullable(),
    lastUnauthorizedAt: Instant.nullable().meta({ description: 'When the provider last refused the credential.' }),
    lastUsedAt: Instant.nullable().meta({ description: 'To the day.' }),
    createdAt: Instant,
  })
  .meta({ id: 'Connection' });

async function present(
  tx: Tx,
  listed: readonly connections.ListedConnection[],
): Promise<z.output<typeof Connection>[]> {
  const nameActor = await actorNames(tx, []);
  const at = (date: Date | null) => date?.toISOString() ?? null;
  return listed.map((one) => ({
    id: one.id,
    provider: one.provider,
    person: one.owner.kind === 'person' ? nameActor({ kind: 'person', personId: one.owner.personId }) : null,
    kind: one.kind,
    account: one.accountLabel,
    host: one.host,
    scopes: [...one.scopes],
    status: one.status,
    statusReason: one.statusReason,
    isDefault: one.isDefault,
    connectorIds: [...one.connectorIds],
    expiresAt: at(one.expiresAt),
    endsAt: at(one.endsAt),
    lastRefreshedAt: at(one.lastRefreshedAt),
    lastUnauthorizedAt: at(one.lastUnauthorizedAt),
    lastUsedAt: at(one.lastUsedAt),
    createdAt: one.createdAt.toISOString(),
  }));
}

interface Reader {
  readonly access: Access;
  readonly caller: Caller;
}

/** Another member's connection is not there for a member who does not keep all. @throws AppError `connections.not_found` */
async function checkKept(tx: Tx, id: string, { access, caller }: Reader): Promise<void> {
  const { owner } = await connections.getConnection(tx, id);
  const isOwn = owner.kind === 'person' && owner.personId === caller.person?.id;
  if (!isOwn && !access.permissions.has('providers:write')) throw new AppError('connections.not_found');
}

export const listConnections = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/connections',
  summary:
    'List connections that have not ended, newest first: one’s own and the organization’s, or all as owner or admin',
  tag: TAG,
  permission: 'connections:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: z.object({ whose: z.enum(['mine', 'all']).default('mine') }),
  reply: pageOf(Connection, 'ConnectionPage'),
}).inTransaction(async (tx, { access, caller, query }) => {
  const isAll = query.whose === 'all' && access.permissions.has('members:write');
  const found = await connections.listConnections(tx, { personId: isAll ? null : (caller.person?.id ?? '') });
  return { items: await present(tx, found), nextCursor: null };
});

export const setDefaultConnection = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/connections/:connection/default',
  summary: 'Let calls use this connection among several of its owner at the provider',
  tag: TAG,
  permission: 'connections:write',
  audit: 'connection.default_set',
  params: ConnectionParams,
}).inTransaction(async (tx, call) => {
  const { connection: id } = call.params;
  await checkKept(tx, id, call);
  await connections.setDefaultConnection(tx, id);
  const target = { type: 'connection', id };
  await record(tx, { actor: call.caller.actor, requestId: call.requestId, action: 'connection.default_set', target });
  return undefined;
});

export const endConnection = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/connections/:connection',
  summary: 'Disconnect an account: no call uses it any more, and its tokens are revoked where the provider offers that',
  tag: TAG,
  permission: 'connections:write',
  audit: 'connection.ended',
  params: ConnectionParams,
  reply: z.object({ id: z.string(), revokedUpstream: z.boolean() }).meta({ id: 'EndedConnection' }),
}).inOrganization(async (call, { database, vault, connections: upstream }) => {
  const organizationId = call.access.organization.id;
  const id = call.params.connection;
  const ended = await database.withOrganization({ organizationId }, async (tx) => {
    await checkKept(tx, id, call);
    return connections.endConnection(tx, vault, { actor: call.caller.actor, requestId: call.requestId }, id);
  });
  return { id, revokedUpstream: await upstream.revoke(organizationId, ended) };
});
