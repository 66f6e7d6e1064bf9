import { mayGrantRole, mayKeyHold, PERMISSIONS, ROLES } from '@patchbay/domain/organizations';
import * as endpoints from '../endpoints/roles.ts';
import { handleInOrganization } from '../handler.ts';
import { allowedUnless, lacks } from './allowed.ts';
import { OWNER_ONLY, PERSON_ONLY } from './members.ts';

export const list = handleInOrganization(endpoints.listRoles, async ({ access, caller }) => ({
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
