import { expect, it } from 'vitest';
import { isSamePolicy, type PolicyText } from './is-same-policy.ts';

const POLICY: PolicyText = {
  name: 'one',
  effect: 'blocked',
  when: { tools: ['x'], arguments: [{ path: '/a', min: 1, max: 2 }] },
};

it('policies are the same whatever order their conditions are in, and where one leaves out what the other has not', () => {
  const reordered = { arguments: [{ max: 2, min: 1, path: '/a' }], tools: ['x'], roles: undefined };
  expect(isSamePolicy(POLICY, { ...POLICY, when: reordered })).toBe(true);
});

it.each<Partial<PolicyText>>([
  { name: 'two' },
  { effect: 'needs_approval' },
  { when: { tools: ['x', 'y'], arguments: POLICY.when.arguments } },
  { when: { tools: ['x'], arguments: [{ path: '/a', min: 1 }] } },
])('policies differ by %j', (difference) => {
  expect(isSamePolicy(POLICY, { ...POLICY, ...difference })).toBe(false);
});
