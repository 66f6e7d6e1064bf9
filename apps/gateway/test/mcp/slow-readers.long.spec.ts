import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type GivenReaders, givenReaders } from './given-readers.ts';

const READERS = 10_000;
const BYTES_PER_READER_MAX = 1_024;

let readers: GivenReaders;
afterAll(() => readers.close());

describe('ten thousand readers who do not read', () => {
  it('ten thousand readers who do not read leave the memory of the gateway flat', async () => {
    readers = await givenReaders(READERS);
    readers.announce();
    await delay(2_000);
    const before = readers.heldBytes();
    for (let round = 0; round < 30; round += 1) {
      readers.announce();
      await delay(500);
    }
    expect(await readers.open()).toBe(READERS);
    expect(readers.heldBytes() - before).toBeLessThan(READERS * BYTES_PER_READER_MAX);
  }, 300_000);
});
