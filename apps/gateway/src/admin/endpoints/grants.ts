/** Grants: what people allowed OAuth clients. Everyone sees and ends their own; owners and admins, all of them. */

import type { Tx } from '@patchbay/domain';
import { audienceOf } from '@patchbay/domain/endpoints';
import * as grants from '@patchbay/domain/grants';
import { AppError, idOf, text } from '@patchbay/foundation';
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

/** `client_id`s are metadata URLs, ids of ours, or sealed registrations of at most this length. */
const CLIENT_ID_CHARACTERS_MAX = 2_000;

const Selection = {
  person: idOf('person').optional().meta({ description: 'Only grants of this person.' }),
  client: text()
    .min(1)
    .max(CLIENT_ID_CHARACTERS_MAX)
    .optional()
    .meta({ description: 'Only grants to this `client_id`.' }),
  connector: idOf('connector').optional().meta({ description: 'Only grants at this connector’s URLs.' }),
};

interface Reader {
  readonly access: Access;
  readonly caller: Caller;
}

/** Undefined for a member with members:write, who keeps all grants; for every other member, whose grants they keep. */
function ownOnly({ access, caller }: Reader): string | undefined {
  return access.permissions.has('members:write') ? undefined : (caller.person?.id ?? '');
}

function isAnothers({ personId }: Pick<grants.Grant, 'personId'>, reader: Reader): boolean {
  const own = ownOnly(reader);
  return own !== undefined && personId !== own;
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
    ...Selection,
  }),
  reply: pageOf(Grant, 'GrantPage'),
}).inTransaction(async (tx: Tx, call, { origin, clock }) => {
  const { state, person, client, connector, ...page } = call.query;
  const own = ownOnly(call);
  // Grants of others are not there for this caller, even by the person's id.
  if (own !== undefined && person !== undefined && person !== own) return { items: [], nextCursor: null };
  const filter = { state, personId: own ?? person, clientId: client, connectorId: connector, now: clock.now() };
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

export const endGrants = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/grants/end',
  summary: 'End all grants in force of a person, to a client or at a connector: one’s own, or all as owner or admin',
  tag: TAG,
  permission: 'grants:write',
  audit: 'grant.all_ended',
  params: OrganizationParams,
  body: z
    .object(Selection)
    .refine(
      (given) => Object.values(given).some((value) => value !== undefined),
      'name a person, a client or a connector',
    )
    .meta({ description: 'At least one; grants to which everything that is given applies.' }),
  reply: z.object({ ended: z.int().meta({ description: 'How many grants ended.' }) }).meta({ id: 'EndedGrants' }),
}).inTransaction(async (tx, call) => {
  const { person, client, connector } = call.body;
  if (person !== undefined && isAnothers({ personId: person }, call)) {
    throw new AppError('admin.permission_missing', { detail: OF_ANOTHER });
  }
  const selection = { personId: ownOnly(call) ?? person, clientId: client, connectorId: connector };
  return { ended: await grants.endGrants(tx, call.caller.actor, { ...selection, requestId: call.requestId }) };
});
