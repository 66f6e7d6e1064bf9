'use client';

import type { ActionState, Permission, Role } from '@patchbay/api-client';
import { STRINGS } from '../../lib/strings.ts';
import { useMe } from './use-me.ts';

/** The signed-in person's permissions in an organization. The API decides; pages use this to explain beforehand. */
export interface Access {
  readonly personId: string | null;
  readonly roles: readonly Role[];
  /** Whether the permission is held, and if not, why not. */
  can(permission: Permission): ActionState;
}

export function useAccess(organization: string): Access {
  const me = useMe();
  const here = me.data?.organizations.find(({ slug, id }) => slug === organization || id === organization);
  const roles = here?.roles ?? [];
  return {
    personId: me.data?.person?.id ?? null,
    roles,
    can(permission) {
      if (here?.permissions.includes(permission)) return { allowed: true, reason: null };
      const names = roles.map((role) => STRINGS.roles.names[role].toLowerCase()).join(', ');
      return { allowed: false, reason: STRINGS.access.lacks(names, STRINGS.roles.permissions[permission]) };
    },
  };
}
