import { expect, it } from 'vitest';
import { isRunning } from './is-running.ts';

it('reports no process as running under an id that no system assigns', () => {
  expect(isRunning(2 ** 30)).toBe(false);
});

it('reports this process as running', () => {
  expect(isRunning(process.pid)).toBe(true);
});

it('reports the first process of the machine as running, whatever its user', () => {
  expect(isRunning(1)).toBe(true);
});
