/** Caller + organization of the path → access. Resources of other callers do not exist for them. */
import type { Database, Tx } from '@patchbay/domain';
import { record } from '@patchbay/domain/audit';
import { findIdentityProvider } from '@patchbay/domain/identity-providers';
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
import { LRUCache } from 'lru-cache';
import { ruleSignIn } from '../../identity/sign-in-rule.ts';
import {
  type Access,
  type Caller,
  type KeyCaller,
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
 * @throws AppError `admin.not_found` for an organization that does not exist or is another caller's;
 * `auth.session_elsewhere` and `auth.provider_required` where a member has to sign in another way
 */
export async function authorize(database: Database, caller: Caller, slugOrId: string): Promise<Access> {
  const found = await database.lookups.findOrganization(slugOrId);
  if (!found) throw new AppError('admin.not_found');
  if (caller.kind === 'api_key') return authorizeKey(database, caller, found.organizationId);
  const isReached = caller.kind === 'person' || reachesOrganization(caller.grant, found.organizationId);
  if (!isReached) throw new AppError('admin.not_found');
  return database.withOrganization(found, async (tx) => {
    const member = await findMember(tx, caller.person.id);
    if (!member) throw new AppError('admin.not_found');
    await checkSignIn(tx, caller, member.role);
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

/** The permissions of the key, as far as its person, or the member responsible for its service account, still has them. */
export function keyPermissions(caller: Pick<KeyCaller, 'apiKey' | 'boundingRoles'>): ReadonlySet<Permission> {
  const listed = caller.apiKey.kind === 'deploy' ? DEPLOY_KEY_PERMISSIONS : caller.apiKey.permissions;
  const held = permissionsOf(caller.boundingRoles);
  return new Set(listed.filter((permission) => held.has(permission)));
}

/** Out of service means: nothing but showing, restoring and leaving. @throws AppError `admin.organization_deleted` */
export function requireInService({ organization }: Access): void {
  if (organization.deletedAt === null) return;
  throw new AppError('admin.organization_deleted', {
    data: { ...(organization.purgeAfter && { purgeAt: organization.purgeAfter.toISOString() }) },
  });
}

/**
 * A program's token shows no sign-in, so it does not pass where one is demanded.
 *
 * @throws AppError `auth.session_elsewhere`, `auth.provider_required`
 */
async function checkSignIn(tx: Tx, caller: SessionCaller | TokenCaller, role: Role): Promise<void> {
  const requiresProvider = (await findIdentityProvider(tx))?.required === true;
  if (caller.kind === 'token') {
    if (requiresProvider) throw new AppError('auth.provider_required');
    return;
  }
  const { organizationId } = tx.scope;
  const ruling = ruleSignIn(caller.session, { organizationId, role, requiresProvider });
  if (ruling === 'elsewhere') throw new AppError('auth.session_elsewhere');
  if (ruling === 'provider_required') throw new AppError('auth.provider_required');
  if (ruling === 'owner_exception') await recordOwnerException(tx, caller);
}

/** Sessions whose exception is on record. By their ids, which are never used again. */
const recorded = new LRUCache<string, true>({ max: 10_000 });

/**
 * Puts on record that an owner came in with a password and a second factor where the organization demands its provider:
 * once per session and gateway.
 */
async function recordOwnerException(tx: Tx, { actor, session }: SessionCaller): Promise<void> {
  if (recorded.has(session.sessionId)) return;
  await record(tx, {
    actor,
    action: 'identity_provider.owner_exception',
    target: { type: 'session', id: session.sessionId },
  });
  // With the row: a transaction that is rolled back leaves it to the next request.
  tx.beforeCommit(async () => void recorded.set(session.sessionId, true));
}
