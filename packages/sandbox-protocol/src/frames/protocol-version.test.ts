import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { agreeOnVersion, mismatchText, PROTOCOL_VERSIONS, SILENT_PEER } from './protocol-version.ts';

const range = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 4 }))
  .map(([min, length]) => ({ min, max: min + length }));

describe('two ranges of versions', () => {
  it('two ranges of versions agree on nothing when they do not overlap', () => {
    expect(agreeOnVersion({ min: 1, max: 2 }, { min: 3, max: 4 })).toBeNull();
  });

  it('two ranges of versions agree on the highest common version, whichever side decides', () => {
    fc.assert(
      fc.property(range, range, (one, other) => {
        const version = agreeOnVersion(one, other);
        expect(agreeOnVersion(other, one)).toBe(version);
        const speaks = ({ min, max }: typeof one, at: number) => min <= at && at <= max;
        const common = Array.from({ length: 20 }, (_, at) => at).filter((at) => speaks(one, at) && speaks(other, at));
        expect(version).toBe(common.at(-1) ?? null);
      }),
    );
  });

  it('the version ranges of this release and the previous one agree', () => {
    expect(agreeOnVersion(PROTOCOL_VERSIONS, SILENT_PEER)).toBe(1);
    expect(agreeOnVersion(PROTOCOL_VERSIONS, PROTOCOL_VERSIONS)).toBe(PROTOCOL_VERSIONS.max);
  });

  it('ranges of versions that do not overlap name the side to upgrade', () => {
    expect(mismatchText({ min: 1, max: 1 }, { min: 2, max: 3 })).toContain('version 1 of the inside protocol');
    expect(mismatchText({ min: 1, max: 1 }, { min: 2, max: 3 })).toMatch(/2 to 3: upgrade it$/);
    expect(mismatchText({ min: 7, max: 9 }, { min: 1, max: 2 })).toMatch(/upgrade this process$/);
  });
});
