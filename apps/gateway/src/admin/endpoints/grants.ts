/** Grants: what people allowed OAuth clients. Everyone sees and ends their own; owners and admins, all of them. */

import type { Tx } from '@patchbay/domain';
import { audienceOf } from '@patchbay/domain/endpoints';
import * as grants from '@patchbay/domain/grants';
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import type { Access, Caller } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { actorNames, type NamedActor } from './actor-names.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { ActionState, Actor, Instant, OrganizationParams, PageQuery, pageOf } from './parts.ts';

const TAG = 'Grants';

export const Grant = z
  .object({
    id: z.string(),
    person: Actor.meta({ description: 'The person that the client acts as.' }),
    client: z.object({
      id: z.string().meta({ description: 'Its `client_id`.' }),
      name: z.string().meta({ description: 'The client’s own word.' }),
    }),
    resource: z.string().meta({ description: 'URL of the MCP server.' }),
    connectorId: z.string().nullable().meta({ description: 'Null at the URL of the whole organization.' }),
    scopes: z.array(z.string()),
    createdAt: Instant,
    expiresAt: Instant.meta({ description: 'Moves on while the client is used.' }),
    lastUsedAt: Instant.nullable(),
    endedAt: Instant.nullable(),
    endedBecause: z.enum(grants.GRANT_ENDS).nullable(),
    actions: z.object({ end: ActionState }),
  })
  .meta({ id: 'Grant' });

const OF_ANOTHER = 'It is another member’s: they can end it, or an owner or admin of the organization.';

interface Reader {
  readonly access: Access;
  readonly caller: Caller;
}

/** A member with members:write keeps all grants; every other member their own. */
function isAnothers(grant: grants.Grant, { access, caller }: Reader): boolean {
  return !access.permissions.has('members:write') && grant.personId !== (caller.person?.id ?? null);
}

function present(
  grant: grants.Grant,
  reader: Reader & { readonly origin: string },
  nameActor: (actor: unknown) => NamedActor,
) {
  return {
    id: grant.id,
    person: nameActor({ kind: 'person', personId: grant.personId }),
    client: { id: grant.clientId, name: grant.clientName },
    resource: audienceOf(reader.origin, grant.resourcePath),
    connectorId: grant.connectorId,
    scopes: [...grant.scopes],
    createdAt: grant.createdAt.toISOString(),
    expiresAt: grant.expiresAt.toISOString(),
    lastUsedAt: grant.lastUsedAt?.toISOString() ?? null,
    endedAt: grant.endedAt?.toISOString() ?? null,
    endedBecause: grant.endedBecause,
    actions: {
      end: allowedUnless(
        grant.endedAt !== null && 'It has ended.',
        lacks(reader.access, 'grants:write'),
        isAnothers(grant, reader) && OF_ANOTHER,
      ),
    },
  };
}

export const listGrants = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/grants',
  summary: 'List grants of OAuth clients, newest first: one’s own, or all as owner or admin',
  tag: TAG,
  permission: 'grants:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  query: PageQuery.extend({
    state: z
      .enum(['open', 'ended'])
      .optional()
      .meta({ description: 'Only grants in force, or only those that ended or expired. Default: all.' }),
    person: idOf('person').optional().meta({ description: 'Only grants of this person.' }),
    connector: idOf('connector').optional().meta({ description: 'Only grants at this connector’s URLs.' }),
  }),
  reply: pageOf(Grant, 'GrantPage'),
}).inTransaction(async (tx: Tx, call, { origin, clock }) => {
  const { state, person, connector, ...page } = call.query;
  const own = call.access.permissions.has('members:write') ? undefined : (call.caller.person?.id ?? '');
  // Grants of others are not there for this caller, even by the person's id.
  if (own !== undefined && person !== undefined && person !== own) return { items: [], nextCursor: null };
  const filter = { state, personId: own ?? person, connectorId: connector, now: clock.now() };
  const found = await grants.listGrants(tx, page, filter);
  const nameActor = await actorNames(tx, []);
  return {
    items: found.items.map((grant) => present(grant, { ...call, origin }, nameActor)),
    nextCursor: found.nextCursor,
  };
});

export const endGrant = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/grants/:grant',
  summary: 'End a grant, in force at every gateway within a second: one’s own, or any as owner or admin',
  tag: TAG,
  permission: 'grants:write',
  audit: 'grant.ended',
  params: OrganizationParams.extend({ grant: idOf('grant') }),
}).inTransaction(async (tx, call) => {
  const grant = await grants.getGrant(tx, call.params.grant);
  if (isAnothers(grant, call)) throw new AppError('admin.permission_missing', { detail: OF_ANOTHER });
  await grants.endGrant(tx, call.caller.actor, { id: grant.id, requestId: call.requestId });
  return undefined;
});
