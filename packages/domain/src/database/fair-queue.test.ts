import { describe, expect, it } from 'vitest';
import { FairQueue, type FairQueueOptions } from './fair-queue.ts';

/** Work that ends on request, and the order in which it began. */
function givenQueue(options: Partial<FairQueueOptions> = {}) {
  const queue = new FairQueue({ slots: 3, slotsPerKey: 2, waitingPerKeyMax: 2, waitMsMax: 1_000, ...options });
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const run = (key: string) =>
    queue
      .run(key, () => {
        begun.push(key);
        return new Promise<void>((resolve) => ends.push(resolve));
      })
      .then(
        () => 'done',
        (error) => error.code,
      );
  const endNext = async () => {
    ends.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { run, begun, endNext, queue };
}

describe('a fair queue', () => {
  it('refuses work of a key whose own queue is full, and takes work of another key at the same moment', async () => {
    const { run, begun } = givenQueue();
    void [run('a'), run('a'), run('a'), run('a')];
    await expect(run('a')).resolves.toBe('data.organization_busy');
    void run('b');
    expect(begun).toEqual(['a', 'a', 'b']);
  });

  it('refuses work that waited too long behind its own key as busy, behind others as unavailable', async () => {
    const { run } = givenQueue({ slots: 2, slotsPerKey: 2, waitMsMax: 5 });
    void [run('a'), run('a')];
    const own = run('a');
    const other = run('b');
    await expect(own).resolves.toBe('data.organization_busy');
    await expect(other).resolves.toBe('data.unavailable');
  });

  it('a fair queue serves waiting work in turn, one per key', async () => {
    const { run, begun, endNext } = givenQueue({ slots: 1, slotsPerKey: 1 });
    const all = [run('a'), run('a'), run('a'), run('b'), run('c'), run('b')];
    for (let time = 0; time < all.length; time += 1) await endNext();
    expect(begun).toEqual(['a', 'b', 'c', 'a', 'b', 'a']);
    await expect(Promise.all(all)).resolves.toEqual(Array(6).fill('done'));
  });

  it('a fair queue frees a slot when its work fails', async () => {
    const { queue } = givenQueue({ slots: 1, slotsPerKey: 1 });
    await expect(queue.run('a', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.run('a', async () => 'next')).resolves.toBe('next');
  });
});
