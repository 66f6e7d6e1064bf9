import { expect, it } from 'vitest';
import { prepareWindow } from '../match-window.ts';
import type { TimeWindow } from '../policy.ts';
import { instantsOf } from './instants.ts';

const window = (from: string, to: string, zone: string): TimeWindow => ({ days: ['mon'], from, to, zone });
const patterns = (...windows: TimeWindow[]) => {
  const prepared = windows.map(prepareWindow);
  return instantsOf(windows).map((at) => prepared.map((isWithin) => (isWithin(at) ? 1 : 0)).join(''));
};

it('instants cover each way in which windows overlap, none of them first', () => {
  expect(instantsOf([])).toEqual([0]);
  expect(patterns(window('09:00', '10:00', 'UTC'))).toEqual(['0', '1']);
  expect(patterns(window('09:00', '10:00', 'UTC'), window('09:30', '12:00', 'UTC')).sort()).toEqual([
    '00',
    '01',
    '10',
    '11',
  ]);
});

it('instants cover overlaps that only one season has', () => {
  // 09:00 in New York is 14:00 in Berlin for most of the year, and 13:00 between the days on which they change clocks.
  const overlap = patterns(window('09:00', '09:30', 'America/New_York'), window('14:00', '14:30', 'Europe/Berlin'));
  expect(overlap).toContain('11');
  expect(overlap).toContain('10');
});
