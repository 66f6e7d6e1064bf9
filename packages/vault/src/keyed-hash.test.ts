import { describe, expect, it } from 'vitest';
import { createKeyedHash } from './keyed-hash.ts';

const source = (byte: number) => ({ masterKey: async () => new Uint8Array(32).fill(byte) });

describe('a keyed hash', () => {
  it('a keyed hash of another purpose, another master key or other parts is another one', async () => {
    const hash = await createKeyedHash(source(1), 'rows');
    const others = [
      (await createKeyedHash(source(1), 'cookies'))(['a', 'b']),
      (await createKeyedHash(source(2), 'rows'))(['a', 'b']),
      hash(['a', 'b', '']),
      hash(['ab']),
      hash(['a,b']),
      hash(['a","b']),
    ].map((one) => one.toString('hex'));
    expect(others).not.toContain(hash(['a', 'b']).toString('hex'));
    expect(new Set(others).size).toBe(others.length);
  });

  it('every process with the master key has the same keyed hash', async () => {
    const [one, other] = [await createKeyedHash(source(1), 'rows'), await createKeyedHash(source(1), 'rows')];
    expect(one(['a']).equals(other(['a']))).toBe(true);
    expect(one(['a'])).toHaveLength(32);
  });
});
