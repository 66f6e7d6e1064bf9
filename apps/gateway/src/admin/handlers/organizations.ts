import type { Organization, Role } from '@patchbay/domain/organizations';
import {
  deleteOrganization,
  findMember,
  getOrganization,
  permissionsOf,
  restoreOrganization,
} from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { keyPermissions } from '../authorize.ts';
import { type Access, type Caller, opensOrganization, requirePerson } from '../caller.ts';
import * as endpoints from '../endpoints/organizations.ts';
import { type AdminDeps, handleInOrganization, handleInTransaction, handlePersonal } from '../handler.ts';
import { allowedUnless, lacks } from './allowed.ts';

function present(access: Access, organization: Organization = access.organization) {
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

/** Every organization of the caller with what they may do there: all of a person's, the one of a key. */
async function accessesOf(caller: Caller, deps: AdminDeps): Promise<Access[]> {
  if (caller.kind === 'api_key') {
    const { organizationId } = caller;
    const organization = await deps.database.withOrganization({ organizationId }, getOrganization);
    return [{ organization, roles: [], permissions: keyPermissions(caller), connectorIds: null }];
  }
  const memberships = await deps.database.lookups.findPersonMemberships(caller.person.id);
  const opened = memberships.filter(({ organizationId }) => opensOrganization(caller.session, organizationId));
  const accesses = await Promise.all(
    opened.map((scope) =>
      deps.database.withOrganization(scope, async (tx) => {
        const member = await findMember(tx, caller.person.id);
        const roles: Role[] = member ? [member.role] : [];
        return {
          organization: await getOrganization(tx),
          roles,
          permissions: permissionsOf(roles),
          connectorIds: null,
        };
      }),
    ),
  );
  return accesses
    .filter(({ roles }) => roles.length > 0)
    .sort((a, b) => a.organization.name.localeCompare(b.organization.name));
}

export const getMe = handlePersonal(endpoints.getMe, async ({ caller }, deps) => {
  const accesses = await accessesOf(caller, deps);
  return {
    kind: caller.kind,
    person: caller.person,
    apiKey:
      caller.kind === 'api_key'
        ? {
            id: caller.apiKey.id,
            name: caller.apiKey.name,
            kind: caller.apiKey.kind === 'deploy' ? ('deploy' as const) : ('admin' as const),
            expiresAt: caller.apiKey.expiresAt.toISOString(),
          }
        : null,
    organizations: accesses
      .filter(({ organization }) => organization.deletedAt === null)
      .map(({ organization, roles, permissions }) => ({
        id: organization.id,
        slug: organization.slug,
        name: organization.name,
        roles: [...roles],
        permissions: [...permissions],
      })),
  };
});

export const listOrganizations = handlePersonal(endpoints.listOrganizations, async ({ caller }, deps) => {
  const accesses = await accessesOf(caller, deps);
  return { items: accesses.map((access) => present(access)), nextCursor: null };
});

export const createOrganization = handlePersonal(endpoints.createOrganization, async (call, deps) => {
  const { person, actor } = requirePerson(call.caller, 'home');
  const organizationId = await deps.identity.createOrganization({
    ...call.body,
    person,
    actor,
    requestId: call.requestId,
  });
  const organization = await deps.database.withOrganization({ organizationId }, getOrganization);
  const roles: Role[] = ['owner'];
  return present({ organization, roles, permissions: permissionsOf(roles), connectorIds: null });
});

export const showOrganization = handleInTransaction(endpoints.getOrganization, async (_tx, call) =>
  present(call.access),
);

export const updateOrganization = handleInOrganization(endpoints.updateOrganization, async (call, deps) => {
  const { organization } = call.access;
  if (Object.keys(call.body).length === 0) throw new AppError('admin.invalid_request');
  await deps.identity.updateOrganization(
    { organization, actor: call.caller.actor, requestId: call.requestId },
    call.body,
  );
  const scope = { organizationId: organization.id };
  return present(call.access, await deps.database.withOrganization(scope, getOrganization));
});

export const removeOrganization = handleInTransaction(endpoints.deleteOrganization, async (tx, call) => {
  requirePerson(call.caller, 'home');
  await deleteOrganization(tx, call.caller.actor);
  return undefined;
});

export const bringBackOrganization = handleInTransaction(endpoints.restoreOrganization, async (tx, call) => {
  requirePerson(call.caller, 'home');
  return present(call.access, await restoreOrganization(tx, call.caller.actor));
});
