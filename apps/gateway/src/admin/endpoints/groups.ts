/** Groups of members: named sets that policies and connectors know callers by. */
import { idOf } from '@patchbay/foundation';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
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

export const listGroups = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/groups',
  summary: 'List groups with their members, by name',
  tag: TAG,
  permission: 'members:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: pageOf(Group, 'GroupPage'),
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
});

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
});

export const deleteGroup = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization/groups/:group',
  summary: 'Delete a group; its members stay members of the organization',
  tag: TAG,
  permission: 'members:write',
  audit: 'group.deleted',
  params: GroupParams,
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
});
