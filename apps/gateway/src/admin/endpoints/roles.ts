/** What the roles of members mean. */
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import { ActionState, OrganizationParams, PermissionName, pageOf, Role } from './parts.ts';

export const RoleDescription = z
  .object({
    role: Role,
    permissions: z.array(PermissionName).meta({ description: 'What a member with this role may do.' }),
    keyPermissions: z
      .array(PermissionName)
      .meta({ description: 'What of it an API key of kind admin that the member creates can carry.' }),
    actions: z.object({
      grant: ActionState.meta({ description: 'Whether the caller may give this role, or take it from somebody.' }),
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
});
