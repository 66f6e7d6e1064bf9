import { createHmac, hkdfSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createKeyedHash } from './keyed-hash.ts';
import { localKeySource } from './local-key-source.ts';

const key = (id: number, byte: number) => ({ id, bytes: new Uint8Array(32).fill(byte) });
const source = (byte: number) => localKeySource([key(0, byte)]);

describe('a keyed hash', () => {
  it('a keyed hash of another purpose, another master key or other parts is another one', async () => {
    const hash = await createKeyedHash(source(1), 'oauth rows');
    const others = [
      (await createKeyedHash(source(1), 'oauth cookies'))(['a', 'b']),
      (await createKeyedHash(source(2), 'oauth rows'))(['a', 'b']),
      hash(['a', 'b', '']),
      hash(['ab']),
      hash(['a,b']),
      hash(['a","b']),
    ].map((one) => one.toString('hex'));
    expect(others).not.toContain(hash(['a', 'b']).toString('hex'));
    expect(new Set(others).size).toBe(others.length);
  });

  it('every process with the master key has the same keyed hash', async () => {
    const [one, other] = [
      await createKeyedHash(source(1), 'oauth rows'),
      await createKeyedHash(source(1), 'oauth rows'),
    ];
    expect(one(['a']).equals(other(['a']))).toBe(true);
    expect(one(['a'])).toHaveLength(32);
  });

  it('a keyed hash is of the current key, and the accepted ones are of the earlier keys as well', async () => {
    const before = await createKeyedHash(source(1), 'oauth rows');
    const after = await createKeyedHash(localKeySource([key(0, 1), key(1, 2)]), 'oauth rows');
    expect(after.accepted(['a'])).toEqual([after(['a']), before(['a'])]);
    expect(after(['a']).equals(before(['a']))).toBe(false);
  });

  it('the keyed hash of the first key is the one of rows from before keys had ids', async () => {
    const derived = Buffer.from(hkdfSync('sha256', key(0, 1).bytes, 'patchbay keyed hash', 'oauth rows', 32));
    const hash = await createKeyedHash(source(1), 'oauth rows');
    expect(hash(['a'])).toEqual(createHmac('sha256', derived).update('["a"]').digest());
  });
});
