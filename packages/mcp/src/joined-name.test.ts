import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { joinName } from './joined-name.ts';

const slug = fc.stringMatching(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/);
/** Names that publish accepts: no leading underscore, no two in a row. */
const tool = fc.stringMatching(/^[A-Za-z0-9.-][A-Za-z0-9._-]{0,90}$/).filter((name) => !name.includes('__'));

describe('joinName', () => {
  it('joined names are injective over slugs and tools, and have at most 64 characters', () => {
    fc.assert(
      fc.property(slug, tool, slug, tool, (slugA, toolA, slugB, toolB) => {
        const [a, b] = [joinName(slugA, toolA), joinName(slugB, toolB)];
        expect(a.length).toBeLessThanOrEqual(64);
        expect(a === b).toBe(slugA === slugB && toolA === toolB);
      }),
      { numRuns: 2_000 },
    );
  });

  it('joined names differ where a single underscore would make them equal', () => {
    expect(joinName('git', 'hub_search')).not.toBe(joinName('git-hub', 'search'));
  });

  it('joined names differ for long names that begin alike', () => {
    const long = 'x'.repeat(80);
    expect(joinName('git', `${long}a`)).not.toBe(joinName('git', `${long}b`));
  });
});
