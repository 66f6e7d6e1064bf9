export const ROLES = ['owner', 'admin', 'developer', 'member'] as const;
export type Role = (typeof ROLES)[number];

export const ALL_PERMISSIONS = [
  'organization:read',
  'organization:write',
  'organization:delete',
  'members:read',
  'members:write',
  'api-keys:read',
  'api-keys:write',
  'connectors:read',
  'connectors:write',
  'connectors:delete',
  /** Let anybody call a connector without a key. */
  'connectors:open',
  'versions:read',
  'versions:write',
  'versions:preview',
  'deployments:read',
  'deployments:write',
  'secrets:read',
  'secrets:write',
  'logs:read',
  'usage:read',
  'audit:read',
] as const;
export type Permission = (typeof ALL_PERMISSIONS)[number];

const MEMBER = ['organization:read', 'connectors:read'] as const;
const DEVELOPER = [
  ...MEMBER,
  'members:read',
  'api-keys:read',
  'api-keys:write',
  'connectors:write',
  'versions:read',
  'versions:write',
  'versions:preview',
  'deployments:read',
  'deployments:write',
  'secrets:read',
  'secrets:write',
  'logs:read',
  'usage:read',
] as const;
const ADMIN = [
  ...DEVELOPER,
  'organization:write',
  'members:write',
  'connectors:delete',
  'connectors:open',
  'audit:read',
] as const;

/** What each role may do. `secrets:read` lists names; no permission reads a value. */
export const PERMISSIONS = {
  owner: ALL_PERMISSIONS,
  admin: ADMIN,
  developer: DEVELOPER,
  member: MEMBER,
} as const satisfies Record<Role, readonly Permission[]>;

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** Union over the roles. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => PERMISSIONS[role]));
}

/** Whether somebody with these roles may give a role: nobody hands out more than they have. */
export function mayGrantRole(granter: readonly Role[], role: Role): boolean {
  const held = permissionsOf(granter);
  return held.has('members:write') && PERMISSIONS[role].every((permission) => held.has(permission));
}
