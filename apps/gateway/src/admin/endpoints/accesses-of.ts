import type { Tx } from '@patchbay/domain';
import { findIdentityProvider } from '@patchbay/domain/identity-providers';
import * as organizations from '@patchbay/domain/organizations';
import { opensOrganization } from '../../identity/sign-in-rule.ts';
import { keyPermissions, personAccess } from '../access/authorize.ts';
import { type Access, type Caller, reachesOrganization } from '../access/caller.ts';
import type { AdminDeps } from '../definition/endpoint.ts';

/** An organization that a caller reaches. */
export interface Reached extends Access {
  /** Whether its members can sign in through its identity provider. */
  readonly ownSignIn: boolean;
}

/** Every organization of the caller with what they may do there: all of a person's, or a key's own. */
export async function accessesOf(caller: Caller, deps: AdminDeps): Promise<Reached[]> {
  if (caller.kind === 'api_key') {
    const { organizationId } = caller;
    return deps.database.withOrganization({ organizationId }, async (tx) => {
      const organization = await organizations.getOrganization(tx);
      const access = { organization, roles: [], permissions: keyPermissions(caller), connectorIds: null };
      return [{ ...access, ownSignIn: await hasOwnSignIn(tx) }];
    });
  }
  const memberships = await deps.database.lookups.findPersonMemberships(caller.person.id);
  const opened = memberships.filter(({ organizationId }) =>
    caller.kind === 'token'
      ? reachesOrganization(caller.grant, organizationId)
      : opensOrganization(caller.session, organizationId),
  );
  const accesses = await Promise.all(
    opened.map((scope) =>
      deps.database.withOrganization(scope, async (tx) => {
        const member = await organizations.findMember(tx, caller.person.id);
        const roles: organizations.Role[] = member ? [member.role] : [];
        const access = personAccess(caller, await organizations.getOrganization(tx), roles);
        return { ...access, ownSignIn: await hasOwnSignIn(tx) };
      }),
    ),
  );
  return accesses
    .filter(({ roles }) => roles.length > 0)
    .sort((a, b) => a.organization.name.localeCompare(b.organization.name));
}

async function hasOwnSignIn(tx: Tx): Promise<boolean> {
  return (await findIdentityProvider(tx))?.state === 'active';
}
