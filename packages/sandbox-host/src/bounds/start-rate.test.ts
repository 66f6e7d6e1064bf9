import { describe, expect, it } from 'vitest';
import { StartRate } from './start-rate.ts';

const BOUNDS = { perSecond: 10, burst: 4, waitMsMax: 500 };
const taken = (rate: StartRate, count: number, nowMs: number, organization = 'org_a') =>
  Array.from({ length: count }, () => rate.take(organization, nowMs));

describe('StartRate', () => {
  it('refuses a start that would wait too long, names the limit and gives a retry delay', () => {
    const rate = new StartRate(BOUNDS);
    taken(rate, 9, 0);
    expect(() => rate.take('org_a', 0)).toThrow(
      expect.objectContaining({
        code: 'sandbox.starts_exceeded',
        data: { limit: 'starts', perSecond: 10, burst: 4 },
        retryAfterSeconds: 1,
      }),
    );
  });

  it('does not count a refused start into the rate of starts', () => {
    const rate = new StartRate(BOUNDS);
    taken(rate, 9, 0);
    for (let count = 0; count < 50; count++) expect(() => rate.take('org_a', 0)).toThrow();
    expect(rate.take('org_a', 100)).toBe(500);
  });

  it('lets a burst of starts pass at once and spaces the next ones', () => {
    expect(taken(new StartRate(BOUNDS), 7, 0)).toEqual([0, 0, 0, 0, 100, 200, 300]);
  });

  it('leaves one organization’s starts alone while another has used up its own', () => {
    const rate = new StartRate(BOUNDS);
    taken(rate, 9, 0);
    expect(rate.take('org_b', 0)).toBe(0);
  });

  it('gives the burst of starts back after a rest, and no more than that', () => {
    const rate = new StartRate(BOUNDS);
    taken(rate, 9, 0);
    expect(taken(rate, 5, 60_000)).toEqual([0, 0, 0, 0, 100]);
  });
});
