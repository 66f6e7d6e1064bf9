import { describe, expect, it } from 'vitest';
import { CacheStore } from './cache.ts';

const live = () => new AbortController().signal;

describe('cache', () => {
  it('the cache never gives one person the value of another', async () => {
    const store = new CacheStore();
    await store.forCall('ada', live()).getOrLoad('inbox', () => 'of Ada', { ttlMs: 1000 });
    expect(await store.forCall('bob', live()).getOrLoad('inbox', () => 'of Bob', { ttlMs: 1000 })).toBe('of Bob');
  });

  it('the cache keeps a shared value apart from a person’s value under the same key', async () => {
    const store = new CacheStore();
    await store.forCall('x', live()).getOrLoad('a', () => 'mine', { ttlMs: 1000 });
    expect(await store.forCall('x', live()).getOrLoad('a', () => 'all', { ttlMs: 1000, scope: 'shared' })).toBe('all');
  });

  it('the cache refuses a time to live that is no number', async () => {
    const load = new CacheStore().forCall('x', live()).getOrLoad('a', () => 1, { ttlMs: Number.NaN });
    await expect(load).rejects.toThrow('ttlMs');
  });

  it('the cache does not keep a failed load', async () => {
    const cache = new CacheStore().forCall('x', live());
    const failing = cache.getOrLoad('a', () => Promise.reject(new Error('down')), { ttlMs: 1000 });
    await expect(failing).rejects.toThrow('down');
    expect(await cache.getOrLoad('a', () => 'up', { ttlMs: 1000 })).toBe('up');
  });

  it('the cache loads once for simultaneous callers, and again when the time to live is over', async () => {
    let now = 0;
    let loads = 0;
    const cache = new CacheStore(() => now).forCall('x', live());
    const ask = () => cache.getOrLoad('a', async () => ++loads, { ttlMs: 100 });
    expect(await Promise.all([ask(), ask(), ask()])).toEqual([1, 1, 1]);
    now = 99;
    expect(await ask()).toBe(1);
    now = 100;
    expect(await ask()).toBe(2);
  });

  it('the cache loads again for waiting callers when the loading caller went away', async () => {
    const store = new CacheStore();
    const leader = new AbortController();
    const gone = store
      .forCall('x', leader.signal)
      .getOrLoad(
        'a',
        () => new Promise((_, reject) => leader.signal.addEventListener('abort', () => reject(new Error('aborted')))),
        { ttlMs: 1000 },
      );
    const waiting = store.forCall('x', live()).getOrLoad('a', () => 'own', { ttlMs: 1000 });
    leader.abort();
    await expect(gone).rejects.toThrow('aborted');
    expect(await waiting).toBe('own');
  });

  it('the cache forgets a value on request, and the least recently used one beyond 1000', async () => {
    const cache = new CacheStore().forCall('x', live());
    const ask = (key: string, value: string) => cache.getOrLoad(key, () => value, { ttlMs: 1e9 });
    await ask('first', '1');
    await ask('second', '1');
    for (let index = 0; index < 998; index += 1) await ask(`filler ${index}`, '1');
    await ask('first', 'unused');
    await ask('one more', '1');
    expect(await ask('first', '2')).toBe('1');
    expect(await ask('second', '2')).toBe('2');
    cache.forget('first');
    expect(await ask('first', '3')).toBe('3');
  });
});
