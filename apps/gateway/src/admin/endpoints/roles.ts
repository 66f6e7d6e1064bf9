/** The roles of members and their permissions. */

import { mayGrantRole, mayKeyHold, PERMISSIONS, ROLES } from '@patchbay/domain/organizations';
import { z } from 'zod';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import { allowedUnless, lacks, OWNER_ONLY, PERSON_ONLY } from './allowed.ts';
import { ActionState, OrganizationParams, PermissionName, pageOf, Role } from './parts.ts';

export const RoleDescription = z
  .object({
    role: Role,
    permissions: z.array(PermissionName).meta({ description: 'Permissions of a member with this role.' }),
    keyPermissions: z
      .array(PermissionName)
      .meta({ description: 'The part of them that an API key of kind admin, created by the member, can carry.' }),
    actions: z.object({
      grant: ActionState.meta({ description: 'Whether the caller may grant this role, or take it from a member.' }),
    }),
  })
  .meta({ id: 'RoleDescription' });

export const listRoles = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization/roles',
  summary: 'List the roles and their permissions, the strongest first',
  tag: 'Members',
  permission: 'organization:read',
  audit: { none: 'a read of what holds for every organization' },
  params: OrganizationParams,
  reply: pageOf(RoleDescription, 'RoleDescriptionPage'),
}).inOrganization(async ({ access, caller }) => ({
  items: ROLES.map((role) => ({
    role,
    permissions: [...PERMISSIONS[role]],
    keyPermissions: PERMISSIONS[role].filter(mayKeyHold),
    actions: {
      grant: allowedUnless(
        caller.kind !== 'person' && PERSON_ONLY,
        lacks(access, 'members:write'),
        !mayGrantRole(access.roles, role) && OWNER_ONLY,
      ),
    },
  })),
  nextCursor: null,
}));
