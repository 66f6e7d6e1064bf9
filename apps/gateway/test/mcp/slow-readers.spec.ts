import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { type GivenReaders, givenReaders } from './given-readers.ts';

const MIB = 1024 * 1024;
/** Longer than the time in which changes are batched. Milliseconds. */
const ROUND_MS = 40;

let readers: GivenReaders | undefined;
afterEach(() => readers?.close());

describe('readers who do not read', () => {
  it('readers who do not read are closed once they leave too much unread, and cost nothing afterwards', async () => {
    const uris = Array.from({ length: 100 }, (_, index) => `feed://${index}/${'x'.repeat(1_500)}`);
    const given = await givenReaders(16, uris);
    readers = given;
    const before = given.heldBytes();
    // The socket buffers of the kernel differ from machine to machine.
    for (let round = 0; round < 300 && (await given.open()) > 0; round += 1) {
      given.announce(uris);
      await delay(ROUND_MS);
    }
    expect(await given.open()).toBe(0);
    expect(given.heldBytes() - before).toBeLessThan(16 * MIB);
  });

  it('readers who do not read do not cost the gateway more with more events for them', async () => {
    const given = await givenReaders(200);
    readers = given;
    given.announce();
    await delay(ROUND_MS);
    const before = given.heldBytes();
    for (let round = 0; round < 40; round += 1) {
      given.announce();
      await delay(ROUND_MS);
    }
    expect(await given.open()).toBe(200);
    expect(given.heldBytes() - before).toBeLessThan(4 * MIB);
  });
});
