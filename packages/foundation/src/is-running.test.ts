import { expect, it } from 'vitest';
import { isRunning } from './is-running.ts';

it('finds no process under an id that no system gives', () => {
  expect(isRunning(2 ** 30)).toBe(false);
});

it('finds this process', () => {
  expect(isRunning(process.pid)).toBe(true);
});

it('finds the first process of the machine, whichever user asks', () => {
  expect(isRunning(1)).toBe(true);
});
