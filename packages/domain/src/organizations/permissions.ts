export const ROLES = ['owner', 'admin', 'developer', 'member'] as const;
export type Role = (typeof ROLES)[number];

interface PermissionRule {
  /** The roles that hold it. */
  readonly roles: readonly Role[];
  /**
   * Whether an API key may list it. Permissions that create keys, decide about members, or express a person's consent
   * are never in a key.
   */
  readonly byKey: boolean;
}

const EVERYBODY = ROLES;
const DEVELOPERS = ['owner', 'admin', 'developer'] as const;
const ADMINS = ['owner', 'admin'] as const;
const OWNERS = ['owner'] as const;

/** Every property of a permission in one line: a new one has to declare its roles and whether a key may hold it. */
const RULES = {
  'organization:read': { roles: EVERYBODY, byKey: true },
  'organization:write': { roles: ADMINS, byKey: true },
  'organization:delete': { roles: OWNERS, byKey: false },
  'members:read': { roles: DEVELOPERS, byKey: true },
  'members:write': { roles: ADMINS, byKey: false },
  'api-keys:read': { roles: DEVELOPERS, byKey: true },
  'api-keys:write': { roles: DEVELOPERS, byKey: false },
  /** Accounts of the organization for programs. Their keys are made by people alone. */
  'service-accounts:read': { roles: DEVELOPERS, byKey: true },
  'service-accounts:write': { roles: ADMINS, byKey: false },
  /** One's own grants; those of others with `members:write`. */
  'grants:read': { roles: EVERYBODY, byKey: true },
  'grants:write': { roles: EVERYBODY, byKey: false },
  /** Where the organization is registered, and providers of its own: who sets them decides where members' accounts go. */
  'providers:read': { roles: EVERYBODY, byKey: true },
  'providers:write': { roles: ADMINS, byKey: false },
  /** One's own connections; those of others and of the organization with `providers:write`. */
  'connections:read': { roles: EVERYBODY, byKey: true },
  'connections:write': { roles: EVERYBODY, byKey: false },
  /** The organization's own sign-in: the owner who sets it decides who the members are. */
  'sign-in:read': { roles: ADMINS, byKey: true },
  'sign-in:write': { roles: OWNERS, byKey: false },
  'oauth-clients:read': { roles: ADMINS, byKey: true },
  'oauth-clients:write': { roles: ADMINS, byKey: false },
  'policies:read': { roles: DEVELOPERS, byKey: true },
  /** A key may hold it, so that policies can be kept as a file in a repository. */
  'policies:write': { roles: ADMINS, byKey: true },
  'connectors:read': { roles: EVERYBODY, byKey: true },
  'connectors:write': { roles: DEVELOPERS, byKey: true },
  'connectors:delete': { roles: ADMINS, byKey: true },
  /** Allow public access to a connector, without a key. */
  'connectors:open': { roles: ADMINS, byKey: true },
  'versions:read': { roles: DEVELOPERS, byKey: true },
  'versions:write': { roles: DEVELOPERS, byKey: true },
  'versions:preview': { roles: DEVELOPERS, byKey: true },
  'deployments:read': { roles: DEVELOPERS, byKey: true },
  'deployments:write': { roles: DEVELOPERS, byKey: true },
  'deployments:approve': { roles: ADMINS, byKey: false },
  'secrets:read': { roles: DEVELOPERS, byKey: true },
  'secrets:write': { roles: DEVELOPERS, byKey: true },
  'logs:read': { roles: DEVELOPERS, byKey: true },
  'usage:read': { roles: DEVELOPERS, byKey: true },
  'audit:read': { roles: ADMINS, byKey: true },
} as const satisfies Record<string, PermissionRule>;

export type Permission = keyof typeof RULES;

// The keys of a literal are exactly its type's.
export const ALL_PERMISSIONS = Object.keys(RULES) as readonly Permission[];

/** Permissions of each role. `secrets:read` lists names; no permission reads a value. */
export const PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  owner: heldBy('owner'),
  admin: heldBy('admin'),
  developer: heldBy('developer'),
  member: heldBy('member'),
};

function heldBy(role: Role): readonly Permission[] {
  return ALL_PERMISSIONS.filter((permission) => {
    const { roles }: PermissionRule = RULES[permission];
    return roles.includes(role);
  });
}

/** Whether an API key may hold the permission at all, for any creator. */
export function mayKeyHold(permission: Permission): boolean {
  return RULES[permission].byKey;
}

export function isRole(text: string): text is Role {
  return ROLES.some((role) => role === text);
}

/** Union over the roles. */
export function permissionsOf(roles: readonly Role[]): ReadonlySet<Permission> {
  return new Set(roles.flatMap((role) => PERMISSIONS[role]));
}

/** Whether a person with these roles may grant a role: only up to their own permissions. */
export function mayGrantRole(granter: readonly Role[], role: Role): boolean {
  const held = permissionsOf(granter);
  return held.has('members:write') && PERMISSIONS[role].every((permission) => held.has(permission));
}
