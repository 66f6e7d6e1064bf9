import { describe, expect, it } from 'vitest';
import { judgeGrowth } from './judge-growth.ts';

const allowance = { share: 0.1, least: 2 };

describe('judgeGrowth', () => {
  it('reports a slow rise after the warm-up as growth', () => {
    const rising = Array.from({ length: 30 }, (_, index) => 100 + 2 * index);
    expect(judgeGrowth(rising, allowance)).toMatchObject({ grows: true });
  });

  it('reports no growth when values rise during the warm-up and stay level afterwards', () => {
    const warmed = Array.from({ length: 30 }, (_, index) => (index < 10 ? 10 * index : 100 + (index % 3)));
    expect(judgeGrowth(warmed, allowance)).toMatchObject({ early: 101, late: 101, grows: false });
  });

  it('does not take one sample of a bad moment for a leak', () => {
    const values = Array.from({ length: 30 }, (_, index) => (index === 29 ? 10_000 : 100));
    expect(judgeGrowth(values, allowance).grows).toBe(false);
  });

  it('does not report a small measure as growing when it rises by no more than its least allowance', () => {
    expect(judgeGrowth([1, 1, 1, 1, 3, 3], allowance).grows).toBe(false);
    expect(judgeGrowth([1, 1, 1, 1, 4, 4], allowance).grows).toBe(true);
  });

  it('reports a rise below its bound as no leak, and a rise above it as one', () => {
    const bounded = { ...allowance, bound: 100 };
    expect(judgeGrowth([1, 1, 10, 20, 90, 100], bounded)).toMatchObject({ grows: false, isBelowBound: true });
    expect(judgeGrowth([1, 1, 10, 20, 101, 101], bounded)).toMatchObject({ grows: true, isBelowBound: false });
    expect(judgeGrowth([1, 1, 100, 100, 100, 100], bounded)).toMatchObject({ grows: false, isBelowBound: false });
  });

  it('refuses to judge growth from too few values', () => {
    expect(() => judgeGrowth([1, 2], allowance)).toThrow(RangeError);
  });
});
