/** The caller, and the organizations they belong to. */
import { formatLimit, RETENTION } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { defineEndpoint } from '../define-endpoint.ts';
import { ActionState, DisplayName, Instant, OrganizationParams, PermissionName, pageOf, Role, Slug } from './parts.ts';

export const Organization = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    createdAt: Instant,
    deletedAt: Instant.nullable(),
    purgeAt: Instant.nullable().meta({ description: 'When a deleted organization is gone for good.' }),
    roles: z.array(Role).meta({ description: 'Of the caller. Empty for an API key.' }),
    permissions: z.array(PermissionName),
    actions: z.object({ rename: ActionState, delete: ActionState, restore: ActionState }),
  })
  .meta({ id: 'Organization' });

export const Me = z
  .object({
    kind: z.enum(['person', 'api_key']),
    person: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
    apiKey: z
      .object({ id: z.string(), name: z.string(), kind: z.enum(['admin', 'deploy']), expiresAt: Instant })
      .nullable(),
    organizations: z.array(
      z.object({
        id: z.string(),
        slug: z.string(),
        name: z.string(),
        roles: z.array(Role),
        permissions: z.array(PermissionName),
      }),
    ),
  })
  .meta({ id: 'Me' });

export const getMe = defineEndpoint({
  method: 'GET',
  path: '/me',
  summary: 'Who is calling, and in which organizations',
  tag: 'Organizations',
  permission: { none: 'everybody may know who they are' },
  audit: { none: 'a read of the caller’s own record' },
  params: z.object({}),
  reply: Me,
});

export const listOrganizations = defineEndpoint({
  method: 'GET',
  path: '/organizations',
  summary: 'List the organizations of the caller',
  tag: 'Organizations',
  permission: { none: 'lists only where the caller is a member' },
  audit: { none: 'a read of the caller’s own memberships' },
  params: z.object({}),
  reply: pageOf(Organization, 'OrganizationPage'),
});

export const createOrganization = defineEndpoint({
  method: 'POST',
  path: '/organizations',
  summary: 'Create an organization; the caller becomes its owner',
  tag: 'Organizations',
  permission: { none: 'there is no organization yet; the sign-up policy decides, and keys never may' },
  audit: 'organization.created',
  params: z.object({}),
  body: z.object({ slug: Slug, name: DisplayName }),
  reply: Organization,
  status: 201,
});

export const getOrganization = defineEndpoint({
  method: 'GET',
  path: '/organizations/:organization',
  summary: 'Show an organization',
  tag: 'Organizations',
  permission: 'organization:read',
  audit: { none: 'a read of the caller’s own organization' },
  params: OrganizationParams,
  reply: Organization,
});

export const updateOrganization = defineEndpoint({
  method: 'PATCH',
  path: '/organizations/:organization',
  summary: 'Rename an organization or give it another slug; the old slug stays its own',
  tag: 'Organizations',
  permission: 'organization:write',
  audit: 'organization.updated',
  params: OrganizationParams,
  body: z
    .object({ name: DisplayName, slug: Slug })
    .partial()
    .refine((body) => Object.keys(body).length > 0, 'names nothing to change'),
  reply: Organization,
});

export const deleteOrganization = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization',
  summary: `Take an organization out of service at once; restorable for ${formatLimit(RETENTION.restorable)}`,
  tag: 'Organizations',
  permission: 'organization:delete',
  audit: 'organization.deleted',
  params: OrganizationParams,
});

export const restoreOrganization = defineEndpoint({
  method: 'POST',
  path: '/organizations/:organization/restore',
  summary: 'Put a deleted organization back into service',
  tag: 'Organizations',
  permission: 'organization:delete',
  audit: 'organization.restored',
  params: OrganizationParams,
  reply: Organization,
});
