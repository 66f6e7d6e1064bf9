import { expect, it } from 'vitest';
import { CpuWindow } from './cpu-window.ts';

it('counts all CPU time from the start while the sandbox is younger than a minute', () => {
  const window = new CpuWindow();
  expect(window.used(1_000, 900)).toBe(900);
  expect(window.used(50_000, 40_000)).toBe(40_000);
});

it('forgets CPU time that was used more than a minute ago', () => {
  const window = new CpuWindow();
  for (let second = 0; second <= 60; second++) window.used(second * 1_000, second * 1_000);
  expect(window.used(90_000, 60_000)).toBe(30_000);
  expect(window.used(200_000, 60_000)).toBe(0);
});

it('keeps a sandbox that uses half a core, and ends one that uses more than one', () => {
  const [half, full] = [new CpuWindow(), new CpuWindow()];
  const used = { half: 0, full: 0 };
  for (let second = 0; second < 600; second++) {
    used.half = Math.max(used.half, half.used(second * 1_000, second * 500));
    used.full = Math.max(used.full, full.used(second * 1_000, second * 1_200));
  }
  expect(used.half).toBeLessThanOrEqual(31_000);
  expect(used.full).toBeGreaterThan(60_000);
});
