import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchGlob } from './match-glob.ts';

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
