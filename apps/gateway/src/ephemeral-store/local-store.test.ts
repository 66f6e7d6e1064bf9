import type { Clock } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import { LocalStore } from './local-store.ts';

function given() {
  const time = { ms: 0 };
  const clock: Clock = { now: () => new Date(time.ms), monotonicMs: () => time.ms };
  return { time, ephemeralStore: new LocalStore(clock) };
}

describe('the ephemeral store of one process', () => {
  it('a local store refuses what exceeds a limit per key and window, and admits again afterwards', async () => {
    const { time, ephemeralStore } = given();
    const limit = { max: 2, windowSeconds: 60 };
    const use = async (key: string) => (await ephemeralStore.admit(['sign-in', key], limit)).allowed;
    expect([await use('a'), await use('a'), await use('a'), await use('b')]).toEqual([true, true, false, true]);
    time.ms = 59_000;
    expect(await ephemeralStore.admit(['sign-in', 'a'], limit)).toEqual({ allowed: false, retryAfterSeconds: 1 });
    time.ms = 60_000;
    expect(await use('a')).toBe(true);
  });

  it('a local store keeps two lists of parts that read alike under two keys', async () => {
    const { ephemeralStore } = given();
    await ephemeralStore.put(['a', 'b'], 'one', 1000);
    expect(await ephemeralStore.take(['ab'])).toBeNull();
    expect(await ephemeralStore.take(['a","b'])).toBeNull();
    expect(await ephemeralStore.take(['a', 'b'])).toBe('one');
  });
});
