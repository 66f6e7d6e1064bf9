/** The caller, and the organizations they belong to. */
import * as organizations from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { formatLimit, RETENTION } from '@patchbay/foundation/limits';
import { z } from 'zod';
import { personAccess } from '../access/authorize.ts';
import { type Access, requirePerson } from '../access/caller.ts';
import { defineEndpoint } from '../definition/define-endpoint.ts';
import type { AdminDeps } from '../definition/endpoint.ts';
import { accessesOf } from './accesses-of.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { ActionState, DisplayName, Instant, OrganizationParams, PermissionName, pageOf, Role, Slug } from './parts.ts';

export const Organization = z
  .object({
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    createdAt: Instant,
    deletedAt: Instant.nullable(),
    purgeAt: Instant.nullable().meta({ description: 'When a deleted organization is gone for good.' }),
    roles: z.array(Role).meta({ description: 'Permissions of the caller. Empty for an API key.' }),
    permissions: z.array(PermissionName),
    actions: z.object({ rename: ActionState, delete: ActionState, restore: ActionState }),
  })
  .meta({ id: 'Organization' });

function present(access: Access, organization: organizations.Organization = access.organization) {
  const deleted = organization.deletedAt !== null;
  const inService = deleted && 'The organization is deleted; restore it first.';
  return {
    id: organization.id,
    slug: organization.slug,
    name: organization.name,
    createdAt: organization.createdAt.toISOString(),
    deletedAt: organization.deletedAt?.toISOString() ?? null,
    purgeAt: organization.purgeAfter?.toISOString() ?? null,
    roles: [...access.roles],
    permissions: [...access.permissions],
    actions: {
      rename: allowedUnless(lacks(access, 'organization:write'), inService),
      delete: allowedUnless(lacks(access, 'organization:delete'), inService),
      restore: allowedUnless(lacks(access, 'organization:delete'), !deleted && 'It is in service.'),
    },
  };
}

export const listOrganizations = defineEndpoint({
  method: 'GET',
  path: '/organizations',
  summary: 'List the organizations of the caller',
  tag: 'Organizations',
  permission: { none: 'lists only where the caller is a member' },
  audit: { none: 'a read of the caller’s own memberships' },
  params: z.object({}),
  reply: pageOf(Organization, 'OrganizationPage'),
}).personal(async ({ caller }, deps) => {
  const accesses = await accessesOf(caller, deps);
  return { items: accesses.map((access) => present(access)), nextCursor: null };
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
}).personal(async (call, deps) => {
  const { person, actor } = requirePerson(call.caller, 'home');
  const organizationId = await deps.identity.createOrganization({
    ...call.body,
    person,
    actor,
    requestId: call.requestId,
  });
  const organization = await deps.database.withOrganization({ organizationId }, organizations.getOrganization);
  const roles: organizations.Role[] = ['owner'];
  return present({ organization, roles, permissions: organizations.permissionsOf(roles), connectorIds: null });
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
  onDeleted: true,
}).inTransaction(async (_tx, call) => present(call.access));

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
}).inOrganization(async (call, deps) => {
  const { organization } = call.access;
  if (Object.keys(call.body).length === 0) throw new AppError('admin.invalid_request');
  await deps.identity.updateOrganization(
    { organization, actor: call.caller.actor, requestId: call.requestId },
    call.body,
  );
  const scope = { organizationId: organization.id };
  return present(call.access, await deps.database.withOrganization(scope, organizations.getOrganization));
});

export const deleteOrganization = defineEndpoint({
  method: 'DELETE',
  path: '/organizations/:organization',
  summary: `Take an organization out of service at once; restorable for ${formatLimit(RETENTION.restorable)}`,
  tag: 'Organizations',
  permission: 'organization:delete',
  audit: 'organization.deleted',
  params: OrganizationParams,
}).inTransaction(async (tx, call, deps) => {
  requirePerson(call.caller, 'home');
  await organizations.deleteOrganization(tx, call.caller.actor);
  // Last: a deletion that does not commit leaves an organization whose secrets open.
  tx.beforeCommit(() => deps.vault.withholdKeys(tx.scope.organizationId));
  return undefined;
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
  onDeleted: true,
}).inTransaction(async (tx, call, deps) => {
  requirePerson(call.caller, 'home');
  tx.beforeCommit(() => deps.vault.releaseKeys(tx.scope.organizationId));
  return present(call.access, await organizations.restoreOrganization(tx, call.caller.actor));
});
