import { expect, it } from 'vitest';
import { formatLimit, type Unit } from './limit.ts';

it.each<[number, Unit, string]>([
  [50_000, 'ms', '50 s'],
  [1_500, 'ms', '1 500 ms'],
  [600_000, 'ms', '10 min'],
  [3_600_000, 'ms', '1 h'],
  [24, 'hours', '24 h'],
  [14, 'days', '14 days'],
  [604_800, 'seconds', '7 days'],
  [4 * 1024 * 1024, 'bytes', '4 MiB'],
  [16 * 1024, 'bytes', '16 KiB'],
  [160_000, 'bytes', '160 000 bytes'],
  [2 * 1024 * 1024, 'bytes per second', '2 MiB per second'],
  [0.5, 'cores', 'half a core'],
  [150_000, 'characters', '150 000 characters'],
  [16_384, 'files', '16 384 files'],
])('formats %d %s as %s', (value, unit, text) => {
  expect(formatLimit({ value, unit })).toBe(text);
});
