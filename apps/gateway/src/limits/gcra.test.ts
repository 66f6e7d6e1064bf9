import fc from 'fast-check';
import { expect, it } from 'vitest';
import { leaked, rateOf, remainingOf, waitOf } from './gcra.ts';

it('a rate admits in any span of time at most its burst and what the span allows, and never fewer than what remains', () => {
  const limits = fc.record({ perMinute: fc.integer({ min: 1, max: 10_000 }), burst: fc.integer({ min: 1, max: 500 }) });
  const pauses = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })), {
    minLength: 1,
    maxLength: 300,
  });
  fc.assert(
    fc.property(limits, pauses, (limit, gaps) => {
      const rate = rateOf(limit);
      let [now, backlog] = [0, 0];
      const admittedAt: number[] = [];
      for (const gap of gaps) {
        now += gap;
        backlog = leaked(backlog, gap);
        const isAdmitted = waitOf(backlog, rate) === 0;
        expect(remainingOf(backlog, rate) > 0).toBe(isAdmitted);
        if (!isAdmitted) continue;
        backlog += rate.intervalMs;
        admittedAt.push(now);
      }
      admittedAt.forEach((from, index) => {
        const span = (admittedAt.at(-1) ?? 0) - from;
        const allowed = limit.burst + (span * limit.perMinute) / 60_000;
        expect(admittedAt.length - index).toBeLessThanOrEqual(allowed + 0.01);
      });
    }),
  );
});

it('a call that waits for the time in its refusal is admitted', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 100 }), (perMinute, burst) => {
      const rate = rateOf({ perMinute, burst });
      const wait = waitOf(rate.toleranceMs, rate);
      expect(wait).toBeCloseTo(rate.intervalMs);
      expect(waitOf(leaked(rate.toleranceMs, wait), rate)).toBe(0);
    }),
  );
});
