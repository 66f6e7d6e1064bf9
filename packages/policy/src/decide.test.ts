import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from './decide.ts';
import { matchGlob } from './match-glob.ts';
import { EFFECTS, type PolicyInput, type ToolAnnotations, type ToolPolicy } from './policy.ts';

const question = (annotations: ToolAnnotations = {}): PolicyInput => ({
  connector: 'weather',
  tool: 'forecast',
  annotations,
  roles: ['member'],
});
const policy = (effect: ToolPolicy['effect'], rest: Partial<ToolPolicy> = {}): ToolPolicy => ({
  id: `pol_${effect}`,
  tool: '*',
  connector: '*',
  roles: [],
  effect,
  ...rest,
});

describe('decide', () => {
  it('requires approval for tools that may destroy, or have no annotation', () => {
    expect(decide(question({ destructiveHint: true }), []).effect).toBe('needs_approval');
    expect(decide(question(), []).effect).toBe('needs_approval');
    expect(decide(question({ readOnlyHint: false }), []).effect).toBe('needs_approval');
  });

  it('allows read-only tools, and writes that are declared harmless', () => {
    expect(decide(question({ readOnlyHint: true }), []).effect).toBe('always_allow');
    expect(decide(question({ readOnlyHint: false, destructiveHint: false }), []).effect).toBe('always_allow');
  });

  it('a ruling names the policy that decided it', () => {
    expect(decide(question({ readOnlyHint: true }), [policy('blocked')])).toMatchObject({
      effect: 'blocked',
      because: 'pol_blocked',
    });
  });

  it('a ruling ignores policies for other tools, connectors and roles', () => {
    const others = [
      policy('blocked', { tool: 'delete_*' }),
      policy('blocked', { connector: 'mail' }),
      policy('blocked', { roles: ['owner'] }),
    ];
    expect(decide(question({ readOnlyHint: true }), others)).toMatchObject({
      effect: 'always_allow',
      because: 'annotations',
    });
  });

  it('the strictest policy wins whatever its position, and adding a policy never loosens another', () => {
    const policies = fc.array(
      fc.constantFrom(...EFFECTS).map((effect) => policy(effect)),
      { minLength: 1 },
    );
    const strictness = (effect: ToolPolicy['effect']) => EFFECTS.indexOf(effect);
    fc.assert(
      fc.property(policies, fc.constantFrom(...EFFECTS), fc.nat(), (given, added, at) => {
        const before = decide(question(), given).effect;
        const index = at % (given.length + 1);
        const after = decide(question(), given.toSpliced(index, 0, policy(added))).effect;
        expect(strictness(after)).toBe(Math.max(strictness(before), strictness(added)));
      }),
    );
  });
});

describe('matchGlob', () => {
  it('a glob matches like a regular expression with .* for every star', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 10 });
    fc.assert(
      fc.property(letters, text, (pattern, subject) => {
        expect(matchGlob(pattern, subject)).toBe(new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(subject));
      }),
      { numRuns: 3_000 },
    );
  });

  it('matching a glob stays quick for patterns made to slow it down', () => {
    const startedAt = performance.now();
    expect(matchGlob(`${'*a'.repeat(500)}*b`, 'a'.repeat(50_000))).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
