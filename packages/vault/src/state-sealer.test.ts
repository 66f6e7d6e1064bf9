import { describe, expect, it } from 'vitest';
import type { KeySource } from './key-source.ts';
import { createStateSealer } from './state-sealer.ts';
import { VaultError } from './vault-error.ts';

const keyOf = (byte: number): KeySource => ({ masterKey: async () => new Uint8Array(32).fill(byte) });
const BINDING = ['org_a', 'con_a', 'psn_a'];

describe('createStateSealer', () => {
  it('opens no state with another binding, also none whose parts join to the same text', async () => {
    const sealer = await createStateSealer(keyOf(1), 'test');
    const sealed = sealer.seal(BINDING, 'round 1');
    for (const other of [['org_a', 'con_a', 'psn_b'], ['org_a', 'con_a'], ['org_acon_a', '', 'psn_a'], []]) {
      expect(() => sealer.open(other, sealed)).toThrow(VaultError);
    }
  });

  it('opens no state with an altered byte, for another purpose or with another master key', async () => {
    const sealer = await createStateSealer(keyOf(1), 'test');
    const bytes = Buffer.from(sealer.seal(BINDING, 'round 1'), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => sealer.open(BINDING, altered.toString('base64url'))).toThrow(VaultError);
    }
    for (const other of [await createStateSealer(keyOf(1), 'other'), await createStateSealer(keyOf(2), 'test')]) {
      expect(() => other.open(BINDING, bytes.toString('base64url'))).toThrow(VaultError);
    }
    for (const text of ['', 'not sealed!', '{"state":1}']) expect(() => sealer.open(BINDING, text)).toThrow(VaultError);
  });

  it('opens a sealed state in every process that has the master key', async () => {
    const [here, there] = [await createStateSealer(keyOf(1), 'test'), await createStateSealer(keyOf(1), 'test')];
    expect(there.open(BINDING, here.seal(BINDING, 'naïve ✓'))).toBe('naïve ✓');
  });
});
