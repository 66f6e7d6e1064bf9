import { describe, expect, it } from 'vitest';
import { mayEnrol, parseSignUpPolicy } from './sign-up-policy.ts';

describe('mayEnrol', () => {
  it('refuses every address without an invitation where sign-up is by invitation', () => {
    const policy = parseSignUpPolicy('invite');
    expect(mayEnrol(policy, 'a@example.com', false)).toBe(false);
    expect(mayEnrol(policy, 'a@example.com', true)).toBe(true);
  });

  it('sign-up by domain refuses addresses that only look like those of the domain', () => {
    const policy = parseSignUpPolicy('domain:example.com');
    for (const email of ['a@evil-example.com', 'a@example.com.evil.net', 'a@sub.example.com', '@example.com@x.net']) {
      expect([email, mayEnrol(policy, email, false)]).toEqual([email, false]);
    }
    expect(mayEnrol(policy, 'A@Example.COM', false)).toBe(true);
  });

  it('admits every address where sign-up is open', () => {
    expect(mayEnrol(parseSignUpPolicy('open'), 'a@example.com', false)).toBe(true);
  });
});
