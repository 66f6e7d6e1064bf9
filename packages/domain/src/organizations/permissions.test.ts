import { describe, expect, it } from 'vitest';
import { ALL_PERMISSIONS, mayGrantRole, mayKeyHold, PERMISSIONS, ROLES } from './permissions.ts';

describe('permissions', () => {
  it('no key may delete the organization, change its members, make keys, service accounts or OAuth clients, end grants, decide about accounts at providers, change how members sign in or approve deployments', () => {
    const never = ALL_PERMISSIONS.filter((permission) => !mayKeyHold(permission));
    expect(never).toEqual([
      'organization:delete',
      'members:write',
      'api-keys:write',
      'service-accounts:write',
      'grants:write',
      'providers:write',
      'connections:write',
      'sign-in:write',
      'oauth-clients:write',
      'deployments:approve',
    ]);
  });

  it('the permissions of a role include those of every lower role, and an owner has all of them', () => {
    expect(PERMISSIONS.owner).toEqual(ALL_PERMISSIONS);
    for (const [index, role] of ROLES.entries()) {
      const lower = ROLES[index + 1];
      if (lower) expect(PERMISSIONS[role]).toEqual(expect.arrayContaining([...PERMISSIONS[lower]]));
    }
  });

  it('no role may grant a role above itself', () => {
    const grantable = (role: (typeof ROLES)[number]) => ROLES.filter((other) => mayGrantRole([role], other));
    expect(grantable('member')).toEqual([]);
    expect(grantable('developer')).toEqual([]);
    expect(grantable('admin')).toEqual(['admin', 'developer', 'member']);
    expect(grantable('owner')).toEqual(ROLES);
  });
});
