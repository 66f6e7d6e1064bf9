import { describe, expect, it } from 'vitest';
import { permissionsOf } from '../organizations/index.ts';
import { type HeldInput, refusalToResolve } from './decide-held.ts';

const QUESTION: HeldInput = {
  authentication: 'browser_session',
  permissions: permissionsOf(['admin']),
  deployment: { id: 'dep_2', state: 'held' },
  newestId: 'dep_2',
};
const refusal = (change: Partial<HeldInput>) => refusalToResolve({ ...QUESTION, ...change })?.code ?? null;

describe('a held deployment', () => {
  it('a held deployment is resolved by no key and no token, whatever they may do', () => {
    for (const authentication of ['api_key', 'access_token'] as const) {
      expect(refusal({ authentication, permissions: permissionsOf(['owner']) })).toBe('admin.person_required');
    }
  });

  it('a held deployment is resolved by owners and admins, and not by developers and members', () => {
    for (const role of ['developer', 'member'] as const) {
      expect(refusal({ permissions: permissionsOf([role]) })).toBe('admin.permission_missing');
    }
    for (const role of ['owner', 'admin'] as const) expect(refusal({ permissions: permissionsOf([role]) })).toBeNull();
  });

  it('a deployment is not resolved when it is not held, or when a later one was decided meanwhile', () => {
    expect(refusal({ deployment: { id: 'dep_2', state: 'active' } })).toBe('deployments.not_held');
    expect(refusal({ newestId: 'dep_3' })).toBe('deployments.live_changed');
  });
});
