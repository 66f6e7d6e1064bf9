import type { Permission } from './permissions.ts';

/**
 * Scopes of access tokens for the admin API, each with its permissions. A token makes no keys, decides about no members,
 * approves nothing and deletes no organization. It may do all that a key may.
 */
const SCOPES = {
  'organization:read': {
    text: 'See organizations with their members, groups, policies, connectors, versions and limits',
    permissions: [
      'organization:read',
      'members:read',
      'api-keys:read',
      'service-accounts:read',
      'grants:read',
      'providers:read',
      'connections:read',
      'sign-in:read',
      'oauth-clients:read',
      'policies:read',
      'connectors:read',
      'versions:read',
      'deployments:read',
      'secrets:read',
      'usage:read',
    ],
  },
  'logs:read': {
    text: 'Read the logs of connectors and the audit log',
    permissions: ['organization:read', 'connectors:read', 'logs:read', 'audit:read'],
  },
  'connectors:deploy': {
    text: 'Upload code, and make versions of connectors live',
    permissions: [
      'organization:read',
      'connectors:read',
      'versions:read',
      'versions:write',
      'versions:preview',
      'deployments:read',
      'deployments:write',
    ],
  },
  'connectors:manage': {
    text: 'Create, change, open and delete connectors, and set their secrets',
    permissions: [
      'organization:read',
      'connectors:read',
      'connectors:write',
      'connectors:delete',
      'connectors:open',
      'secrets:read',
      'secrets:write',
    ],
  },
  'organization:manage': {
    text: 'Rename organizations, write policies, end access of clients and connections of accounts, and create OAuth clients and service accounts',
    permissions: [
      'organization:read',
      'organization:write',
      'policies:read',
      'policies:write',
      'grants:read',
      'grants:write',
      'connections:read',
      'connections:write',
      'oauth-clients:read',
      'oauth-clients:write',
      'service-accounts:read',
      'service-accounts:write',
    ],
  },
} as const satisfies Record<string, { readonly text: string; readonly permissions: readonly Permission[] }>;

export type AdminScope = keyof typeof SCOPES;

// The keys of a literal are exactly its type's.
export const ADMIN_SCOPES = Object.keys(SCOPES) as readonly AdminScope[];

export function isAdminScope(text: string): text is AdminScope {
  return Object.hasOwn(SCOPES, text);
}

/** A scope in words, for the page that asks a person for it. */
export function adminScopeText(scope: AdminScope): string {
  return SCOPES[scope].text;
}

/** Union over the scopes; a text that is no scope adds nothing. */
export function permissionsOfScopes(scopes: readonly string[]): ReadonlySet<Permission> {
  return new Set(scopes.filter(isAdminScope).flatMap((scope) => SCOPES[scope].permissions));
}

/** The scopes that hold a permission, the narrowest first; none for what no token may do. */
export function scopesFor(permission: Permission): readonly AdminScope[] {
  const holds = ({ permissions }: { readonly permissions: readonly Permission[] }) => permissions.includes(permission);
  return ADMIN_SCOPES.filter((scope) => holds(SCOPES[scope])).sort(
    (one, other) => SCOPES[one].permissions.length - SCOPES[other].permissions.length,
  );
}
