/** Caller + organization of the path → access. Resources of other callers do not exist for them. */
import type { Database } from '@patchbay/domain';
import {
  findMember,
  getOrganization,
  type Organization,
  type Permission,
  permissionsOf,
  permissionsOfScopes,
  type Role,
} from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import {
  type Access,
  type Caller,
  type KeyCaller,
  opensOrganization,
  reachesOrganization,
  type SessionCaller,
  type TokenCaller,
} from './caller.ts';

/**
 * Permissions of a deploy key, on the connectors it lists and never beyond its person's role. It publishes; it cannot
 * change who may call a connector, so it has no `connectors:write`.
 */
export const DEPLOY_KEY_PERMISSIONS: readonly Permission[] = [
  'organization:read',
  'connectors:read',
  'versions:read',
  'versions:write',
  'deployments:read',
  'deployments:write',
  'logs:read',
];

/**
 * @param slugOrId as in the path
 * @throws AppError `admin.not_found` for an organization that does not exist or is another caller's
 */
export async function authorize(database: Database, caller: Caller, slugOrId: string): Promise<Access> {
  const found = await database.lookups.findOrganization(slugOrId);
  if (!found) throw new AppError('admin.not_found');
  if (caller.kind === 'api_key') return authorizeKey(database, caller, found.organizationId);
  const isReached =
    caller.kind === 'token'
      ? reachesOrganization(caller.grant, found.organizationId)
      : opensOrganization(caller.session, found.organizationId);
  if (!isReached) throw new AppError('admin.not_found');
  return database.withOrganization(found, async (tx) => {
    const member = await findMember(tx, caller.person.id);
    if (!member) throw new AppError('admin.not_found');
    return personAccess(caller, await getOrganization(tx), [member.role]);
  });
}

/** The access of a person, and of a program that acts for them: as far as their present roles and its scopes both reach. Pure. */
export function personAccess(
  caller: SessionCaller | TokenCaller,
  organization: Organization,
  roles: readonly Role[],
): Access {
  const held = permissionsOf(roles);
  if (caller.kind === 'person') return { organization, roles, permissions: held, connectorIds: null };
  const inScope = permissionsOfScopes(caller.scopes);
  const permissions = new Set([...held].filter((permission) => inScope.has(permission)));
  return { organization, roles, permissions, personPermissions: held, connectorIds: null };
}

async function authorizeKey(database: Database, caller: KeyCaller, organizationId: string): Promise<Access> {
  if (caller.organizationId !== organizationId) throw new AppError('admin.not_found');
  const organization = await database.withOrganization({ organizationId }, getOrganization);
  const { connectorIds } = caller.apiKey;
  return {
    organization,
    roles: [],
    permissions: keyPermissions(caller),
    connectorIds: caller.apiKey.kind === 'admin' || connectorIds.includes('*') ? null : new Set(connectorIds),
  };
}

/** The permissions of the key, as far as its person still has them; a service account's key has all of them. */
export function keyPermissions(caller: Pick<KeyCaller, 'apiKey' | 'person' | 'personRoles'>): ReadonlySet<Permission> {
  const listed = caller.apiKey.kind === 'deploy' ? DEPLOY_KEY_PERMISSIONS : caller.apiKey.permissions;
  if (!caller.person) return new Set(listed);
  const held = permissionsOf(caller.personRoles);
  return new Set(listed.filter((permission) => held.has(permission)));
}

/** Out of service means: nothing but showing, restoring and leaving. @throws AppError `admin.organization_deleted` */
export function requireInService({ organization }: Access): void {
  if (organization.deletedAt === null) return;
  throw new AppError('admin.organization_deleted', {
    data: { ...(organization.purgeAfter && { purgeAt: organization.purgeAfter.toISOString() }) },
  });
}
