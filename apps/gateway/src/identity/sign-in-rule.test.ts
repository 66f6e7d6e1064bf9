import { describe, expect, it } from 'vitest';
import { ruleSignIn } from './sign-in-rule.ts';

const PASSWORD = { organizationIds: null, secondFactor: false };
const here = { organizationId: 'org_a', role: 'member', requiresProvider: false } as const;

describe('the rule about sessions and organizations', () => {
  it('a session of one organization’s provider is refused by every other organization', () => {
    expect(ruleSignIn({ organizationIds: ['org_b'], secondFactor: true }, here)).toBe('elsewhere');
  });

  it('where the provider is demanded, a password is refused, also of an admin with a second factor and of an owner without', () => {
    const strict = { ...here, requiresProvider: true };
    expect(ruleSignIn(PASSWORD, strict)).toBe('provider_required');
    expect(ruleSignIn({ ...PASSWORD, secondFactor: true }, { ...strict, role: 'admin' })).toBe('provider_required');
    expect(ruleSignIn(PASSWORD, { ...strict, role: 'owner' })).toBe('provider_required');
  });

  it('an owner with a second factor keeps a way in where the provider is demanded', () => {
    const owner = { ...here, role: 'owner', requiresProvider: true } as const;
    expect(ruleSignIn({ ...PASSWORD, secondFactor: true }, owner)).toBe('owner_exception');
  });

  it('a session of the organization’s own provider, and a password where nothing is demanded, are admitted', () => {
    expect(ruleSignIn({ organizationIds: ['org_a'], secondFactor: false }, { ...here, requiresProvider: true })).toBe(
      'admitted',
    );
    expect(ruleSignIn(PASSWORD, here)).toBe('admitted');
  });
});
