import { describe, expect, it } from 'vitest';
import { planRetry } from './plan-retry.ts';

const now = new Date('2026-11-30T12:00:00Z');
const tomorrow = new Date('2026-12-01T12:00:00Z');
const secondsUntil = (attempts: number, random: number) =>
  ((planRetry({ attempts, expiresAt: tomorrow }, now, random)?.getTime() ?? 0) - now.getTime()) / 1000;

describe('planRetry', () => {
  it('a retry that would come after the expiry of its delivery is not planned', () => {
    expect(planRetry({ attempts: 1, expiresAt: new Date(now.getTime() + 10_000) }, now, 0)).toBeNull();
    expect(planRetry({ attempts: 1, expiresAt: now }, now, 1)).toBeNull();
  });

  it('the waits between attempts double, and end at half an hour', () => {
    expect([1, 2, 3, 4].map((attempts) => secondsUntil(attempts, 1))).toEqual([15, 30, 60, 120]);
    expect([8, 9, 50, 5_000].map((attempts) => secondsUntil(attempts, 1))).toEqual([1_800, 1_800, 1_800, 1_800]);
  });

  it('a quarter of each wait is random', () => {
    expect(secondsUntil(3, 0)).toBe(45);
    expect(secondsUntil(3, 0.5)).toBe(52.5);
  });
});
