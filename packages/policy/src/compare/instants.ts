import { prepareWindow } from '../match-window.ts';
import type { TimeWindow } from '../policy.ts';

const MINUTE_MS = 60_000;
const WEEK_MINUTES = 7 * 24 * 60;

/**
 * Mondays of four weeks in which the clocks of two zones differ in every way that they usually do: both in winter, one in
 * summer time already, both in summer, one still in summer time.
 */
const WEEKS = ['2026-01-12', '2026-03-16', '2026-07-13', '2026-10-26'].map((day) => Date.parse(`${day}T00:00:00Z`));

/**
 * Instants, so that every minute of those weeks is in the same windows as one of them. The first is in as few windows as
 * possible.
 */
export function instantsOf(windows: readonly TimeWindow[]): number[] {
  if (windows.length === 0) return [0];
  const prepared = windows.map(prepareWindow);
  const byPattern = new Map<string, number>();
  for (const week of WEEKS) {
    for (let minute = 0; minute < WEEK_MINUTES; minute += 1) {
      const at = week + minute * MINUTE_MS;
      const pattern = prepared.map((isWithin) => (isWithin(at) ? 1 : 0)).join('');
      if (!byPattern.has(pattern)) byPattern.set(pattern, at);
    }
  }
  const count = (pattern: string) => pattern.replaceAll('0', '').length;
  return [...byPattern].sort(([one], [other]) => count(one) - count(other)).map(([, at]) => at);
}
