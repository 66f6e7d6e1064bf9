import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { waitAtMost, within } from './async.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});
const late = () => new Error('too late');

it('within rejects with the given error when the work takes longer', async () => {
  const refused = expect(within(1_000, never, late)).rejects.toThrow('too late');
  await vi.advanceTimersByTimeAsync(1_000);
  await refused;
});

it('within leaves no timer behind when the work is done or has failed', async () => {
  expect(await within(1_000, Promise.resolve('done'), late)).toBe('done');
  await expect(within(1_000, Promise.reject(new Error('failed')), late)).rejects.toThrow('failed');
  expect(vi.getTimerCount()).toBe(0);
});

it('within swallows a failure that comes after its time', async () => {
  const { promise, reject } = Promise.withResolvers<never>();
  const refused = expect(within(1, promise, late)).rejects.toThrow('too late');
  await vi.advanceTimersByTimeAsync(1);
  await refused;
  // An unhandled rejection would fail this file.
  reject(new Error('afterwards'));
});

it('waitAtMost ends with its time when the work takes longer', async () => {
  const waited = waitAtMost(1_000, never);
  await vi.advanceTimersByTimeAsync(1_000);
  await waited;
});

it('waitAtMost ends with the work, and leaves no timer behind', async () => {
  await waitAtMost(1_000, Promise.resolve());
  expect(vi.getTimerCount()).toBe(0);
});
