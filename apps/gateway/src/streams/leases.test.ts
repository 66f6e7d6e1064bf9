import type { Change } from '@patchbay/domain/changes';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Leases, type LeaseTerms } from './leases.ts';

const changed = new Set<(change: Change) => void>();
const stale = new Set<() => void>();
const changes = {
  onChange(listener: (change: Change) => void) {
    changed.add(listener);
    return () => changed.delete(listener);
  },
  onStale(listener: () => void) {
    stale.add(listener);
    return () => stale.delete(listener);
  },
};
const publish = (id: string) => {
  for (const listener of changed) listener({ kind: 'api_key', id });
};

let leases = new Leases(changes);
beforeEach(() => {
  vi.useFakeTimers();
  leases = new Leases(changes);
});
afterEach(() => {
  leases.close();
  vi.useRealTimers();
});

/** A lease on a number that counts how often it was asked for. */
function hold(reauthorize: () => Promise<number>, more: Partial<LeaseTerms<number>> = {}) {
  const lost: unknown[] = [];
  const lease = leases.hold(0, {
    concerns: ({ id }) => id === 'key_a',
    reauthorize,
    lost: (error) => void lost.push(error),
    ...more,
  });
  return { lease, lost };
}
const settle = () => vi.advanceTimersByTimeAsync(0);

describe('a lease', () => {
  it('a lease is lost once when the access is gone, and the access is not looked up again', async () => {
    const reauthorize = vi.fn(() => Promise.reject(new Error('gone')));
    const { lost } = hold(reauthorize);
    await settle();
    publish('key_a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lost).toEqual([new Error('gone')]);
    expect(reauthorize).toHaveBeenCalledTimes(1);
  });

  it('a lease is lost when the renewed access is not what it was held for', async () => {
    const { lost } = hold(async () => 1, {
      renewed: () => {
        throw new Error('another one');
      },
    });
    await settle();
    expect(lost).toEqual([new Error('another one')]);
  });

  it('a lease that was given back is neither renewed nor lost', async () => {
    const answer = Promise.withResolvers<number>();
    const { lease, lost } = hold(() => answer.promise);
    lease.end();
    answer.reject(new Error('too late'));
    publish('key_a');
    await vi.advanceTimersByTimeAsync(60_000);
    expect(lost).toEqual([]);
  });

  it('a lease looks its access up at once, at its changes, after a broken feed and within 30 seconds', async () => {
    let asked = 0;
    const { lease } = hold(async () => ++asked);
    await settle();
    expect(lease.access).toBe(1);
    publish('key_b');
    await settle();
    expect(asked).toBe(1);
    publish('key_a');
    await settle();
    expect(asked).toBe(2);
    for (const listener of stale) listener();
    await settle();
    expect(asked).toBe(3);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(asked).toBe(4);
  });

  it('a lease looks its access up again after a change during a look-up', async () => {
    const first = Promise.withResolvers<number>();
    let asked = 0;
    const { lease } = hold(() => (++asked === 1 ? first.promise : Promise.resolve(2)));
    publish('key_a');
    first.resolve(1);
    await settle();
    expect(asked).toBe(2);
    expect(lease.access).toBe(2);
  });
});
