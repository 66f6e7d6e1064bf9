import { describe, expect, it } from 'vitest';
import { FairShare } from './fair-share.ts';

describe('FairShare', () => {
  it('gives no sandbox from an empty pool', () => {
    expect(new FairShare(1_000).take('org_a', { waiting: 0, size: 4 }, 0)).toBe(false);
  });

  it('keeps half of the pool from an organization that has just taken the other half', () => {
    const share = new FairShare(1_000);
    const takes = [4, 3, 2, 1].map((waiting) => share.take('org_a', { waiting, size: 4 }, 0));
    expect(takes).toEqual([true, true, false, false]);
    expect(share.take('org_b', { waiting: 2, size: 4 }, 0)).toBe(true);
  });

  it('lets an organization take from its refilled half again, and from the whole pool after a while', () => {
    const share = new FairShare(1_000);
    for (const waiting of [4, 3]) share.take('org_a', { waiting, size: 4 }, 0);
    expect(share.take('org_a', { waiting: 3, size: 4 }, 500)).toBe(true);
    expect(share.take('org_a', { waiting: 2, size: 4 }, 999)).toBe(false);
    expect(share.take('org_a', { waiting: 2, size: 4 }, 1_500)).toBe(true);
  });

  it('gives the only sandbox of a pool of one to the same organization repeatedly', () => {
    const share = new FairShare(1_000);
    expect(share.take('org_a', { waiting: 1, size: 1 }, 0)).toBe(true);
    expect(share.take('org_a', { waiting: 1, size: 1 }, 1)).toBe(true);
  });
});
