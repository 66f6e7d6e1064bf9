import { describe, expect, it } from 'vitest';
import { BatchStore } from './batch.ts';

const live = () => new AbortController().signal;
const named = async (ids: readonly number[]) => new Map(ids.filter((id) => id > 0).map((id) => [id, `#${id}`]));

describe('batch', () => {
  it('a batch never mixes two persons in one upstream call', async () => {
    const store = new BatchStore();
    const calls: (readonly number[])[] = [];
    const load = (ids: readonly number[]) => {
      calls.push(ids);
      return named(ids);
    };
    const [ada, bob] = [store.forCall('ada', live()), store.forCall('bob', live())];
    await Promise.all([ada('orders', 1, load), bob('orders', 2, load)]);
    expect(calls).toEqual([[1], [2]]);
  });

  it('a batch rejects only the id that has no value', async () => {
    const batch = new BatchStore().forCall('x', live());
    const [found, missing] = await Promise.allSettled([batch('orders', 1, named), batch('orders', -1, named)]);
    expect(found).toEqual({ status: 'fulfilled', value: '#1' });
    expect(missing).toMatchObject({ reason: new Error('Nothing was found for -1.') });
  });

  it('a batch rejects all callers that wait for a failed load, and loads again afterwards', async () => {
    const batch = new BatchStore().forCall('x', live());
    const down = () => Promise.reject(new Error('down'));
    const both = await Promise.allSettled([batch('orders', 1, down), batch('orders', 2, down)]);
    expect(both.map((one) => one.status)).toEqual(['rejected', 'rejected']);
    expect(await batch('orders', 1, named)).toBe('#1');
  });

  it('a batch loads many ids at once, each only once, across calls of one person', async () => {
    const store = new BatchStore();
    const calls: (readonly number[])[] = [];
    const load = (ids: readonly number[]) => {
      calls.push(ids);
      return named(ids);
    };
    const answers = await Promise.all(
      [1, 2, 1].map((id) => store.forCall('ada', live())('orders', id, load, { windowMs: 5 })),
    );
    expect(answers).toEqual(['#1', '#2', '#1']);
    expect(calls).toEqual([[1, 2]]);
  });

  it('a batch is split at its greatest size', async () => {
    const calls: number[] = [];
    const batch = new BatchStore().forCall('x', live());
    const load = (ids: readonly number[]) => {
      calls.push(ids.length);
      return named(ids);
    };
    await Promise.all([1, 2, 3, 4, 5].map((id) => batch('orders', id, load, { sizeMax: 2 })));
    expect(calls).toEqual([2, 2, 1]);
  });

  it('a batch loads again for waiting callers when the loading caller went away', async () => {
    const store = new BatchStore();
    const leader = new AbortController();
    const leave = () => {
      leader.abort();
      return Promise.reject(new Error('aborted'));
    };
    const gone = store.forCall('x', leader.signal)('orders', 1, leave);
    const waiting = store.forCall('x', live())('orders', 2, named);
    await expect(gone).rejects.toThrow('aborted');
    expect(await waiting).toBe('#2');
  });
});
