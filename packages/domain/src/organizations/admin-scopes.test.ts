import { describe, expect, it } from 'vitest';
import { ADMIN_SCOPES, permissionsOfScopes, scopesFor } from './admin-scopes.ts';
import { ALL_PERMISSIONS, mayKeyHold } from './permissions.ts';

describe('the scopes of the admin API', () => {
  it('no scope of the admin API makes keys, decides about members, approves or deletes an organization', () => {
    const held = permissionsOfScopes(ADMIN_SCOPES);
    const never = ALL_PERMISSIONS.filter((permission) => !held.has(permission));
    expect(never).toEqual([
      'organization:delete',
      'members:write',
      'api-keys:write',
      'providers:write',
      'sign-in:write',
      'deployments:approve',
    ]);
    expect(scopesFor('api-keys:write')).toEqual([]);
    expect([...held].filter((permission) => !mayKeyHold(permission))).toEqual([
      'grants:write',
      'connections:write',
      'oauth-clients:write',
      'service-accounts:write',
    ]);
  });

  it('a text that is no scope of the admin API gives no permission', () => {
    expect([...permissionsOfScopes(['tools:write', 'constructor', ''])]).toEqual([]);
  });

  it('every permission that a key may hold is in a scope of the admin API', () => {
    const held = permissionsOfScopes(ADMIN_SCOPES);
    expect(ALL_PERMISSIONS.filter((permission) => mayKeyHold(permission) && !held.has(permission))).toEqual([]);
  });

  it('the scope that is named for a missing permission is the narrowest one that holds it', () => {
    expect(scopesFor('audit:read')).toEqual(['logs:read']);
    expect(scopesFor('connectors:read')[0]).toBe('logs:read');
  });
});
