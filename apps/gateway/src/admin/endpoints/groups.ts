/** Groups of members: named sets that policies and connectors know callers by. */

import type { Tx } from '@patchbay/domain';
import * as groups from '@patchbay/domain/groups';
import { listMembers } from '@patchbay/domain/organizations';
import { AppError, idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { DisplayName, Instant, OrganizationParams, pageOf } from './parts.ts';

const TAG = 'Groups';
const GroupParams = OrganizationParams.extend({ group: idOf('group') });
const GroupMemberParams = GroupParams.extend({ member: idOf('member') });

export const Group = z
  .object({
    id: z.string(),
    name: z.string(),
    createdAt: Instant,
    members: z
      .array(z.object({ id: z.string(), person: z.object({ id: z.string(), name: z.string(), email: z.string() }) }))
      .meta({ description: 'In the order in which they were added.' }),
  })
  .meta({ id: 'Group' });

/** Groups as the API shows them: with the members behind the people. */
async function presenter(tx: Tx) {
  const byPerson = new Map((await listMembers(tx)).map((member) => [member.personId, member]));
  return ({ id, name, createdAt, personIds }: groups.Group) => ({
    id,
    name,
    createdAt: createdAt.toISOString(),
    members: personIds.flatMap((personId) => {
      const member = byPerson.get(personId);
      if (!member) return [];
      return [{ id: member.id, person: { id: personId, name: member.name, email: member.email } }];
    }),
  });
}

async function present(tx: Tx, group: groups.Group) {
  return (await presenter(tx))(group);
}

/** The person behind a membership of the organization. @throws AppError `admin.not_found` */
async function personOf(tx: Tx, memberId: string): Promise<string> {
  const member = (await listMembers(tx)).find(({ id }) => id === memberId);
  if (!member) throw new AppError('admin.not_found');
  return member.personId;
}

export const listGroups = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/groups',
  summary: 'List groups with their members, by name',
  tag: TAG,
  permission: 'members:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Group, 'GroupPage'),
}).inTransaction(async (tx) => {
  const show = await presenter(tx);
  return { items: (await groups.listGroups(tx)).map(show), nextCursor: null };
});

export const createGroup = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/groups',
  summary: 'Create a group without members; at most 200 in an organization',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.created',
  params: OrganizationParams,
  body: z.object({ name: DisplayName }),
  reply: Group,
  status: 201,
  idempotent: true,
}).inTransaction(async (tx, { body, caller, requestId }) =>
  present(tx, await groups.createGroup(tx, caller.actor, { name: body.name, requestId })),
);

export const updateGroup = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization/groups/:group',
  summary: 'Rename a group; its id stays',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.renamed',
  params: GroupParams,
  body: z.object({ name: DisplayName }),
  reply: Group,
}).inTransaction(async (tx, { params, body, caller, requestId }) =>
  present(tx, await groups.renameGroup(tx, caller.actor, { id: params.group, name: body.name, requestId })),
);

export const deleteGroup = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/groups/:group',
  summary: 'Delete a group; its members stay members of the organization',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.deleted',
  params: GroupParams,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  await groups.deleteGroup(tx, caller.actor, { id: params.group, requestId });
  return undefined;
});

export const addGroupMember = defineEndpoint({
  method: 'PUT',
  path: '/organizations/:organization/groups/:group/members/:member',
  summary: 'Add a member to a group; adding twice is fine',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.member_added',
  params: GroupMemberParams,
  reply: Group,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  const personId = await personOf(tx, params.member);
  return present(tx, await groups.addGroupMember(tx, caller.actor, { id: params.group, personId, requestId }));
});

export const removeGroupMember = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/groups/:group/members/:member',
  summary: 'Remove a member from a group; removing twice is fine',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.member_removed',
  params: GroupMemberParams,
  reply: Group,
}).inTransaction(async (tx, { params, caller, requestId }) => {
  const personId = await personOf(tx, params.member);
  return present(tx, await groups.removeGroupMember(tx, caller.actor, { id: params.group, personId, requestId }));
});
