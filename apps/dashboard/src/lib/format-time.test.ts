import { expect, it } from 'vitest';
import { formatRelative } from './format-time.ts';

const NOW = Date.parse('2026-11-21T12:00:00Z');

it.each([
  ['2026-11-21T11:59:31Z', 'just now'],
  ['2026-11-21T11:58:00Z', '2 minutes ago'],
  ['2026-11-21T09:00:01Z', '2 hours ago'],
  ['2026-11-20T11:00:00Z', 'yesterday'],
  ['2026-12-21T12:00:00Z', 'next month'],
])('shows the time %s, at noon of 2026-11-21, as "%s"', (at, expected) => {
  expect(formatRelative(at, NOW)).toBe(expected);
});
