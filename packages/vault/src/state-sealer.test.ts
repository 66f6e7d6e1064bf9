import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeBinding } from './binding.ts';
import { localKeySource } from './local-key-source.ts';
import { createStateSealer } from './state-sealer.ts';
import { VaultError } from './vault-error.ts';

const key = (id: number, byte: number) => ({ id, bytes: new Uint8Array(32).fill(byte) });
const keyOf = (byte: number) => localKeySource([key(0, byte)]);
const BINDING = ['org_a', 'con_a', 'psn_a'];

describe('createStateSealer', () => {
  it('opens no state with another binding, also none whose parts join to the same text', async () => {
    const sealer = await createStateSealer(keyOf(1), 'request state');
    const sealed = sealer.seal(BINDING, 'round 1');
    for (const other of [['org_a', 'con_a', 'psn_b'], ['org_a', 'con_a'], ['org_acon_a', '', 'psn_a'], []]) {
      expect(() => sealer.open(other, sealed)).toThrow(VaultError);
    }
  });

  it('opens no state with an altered byte, for another purpose or with another master key', async () => {
    const sealer = await createStateSealer(keyOf(1), 'request state');
    const bytes = Buffer.from(sealer.seal(BINDING, 'round 1'), 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const altered = Buffer.from(bytes);
      altered[index] = (altered[index] ?? 0) ^ 1;
      expect(() => sealer.open(BINDING, altered.toString('base64url'))).toThrow(VaultError);
    }
    for (const other of [
      await createStateSealer(keyOf(1), 'sso request'),
      await createStateSealer(keyOf(2), 'request state'),
    ]) {
      expect(() => other.open(BINDING, bytes.toString('base64url'))).toThrow(VaultError);
    }
    for (const text of ['', 'not sealed!', '{"state":1}']) expect(() => sealer.open(BINDING, text)).toThrow(VaultError);
  });

  it('opens a sealed state in every process that has the master key', async () => {
    const [here, there] = [
      await createStateSealer(keyOf(1), 'request state'),
      await createStateSealer(keyOf(1), 'request state'),
    ];
    expect(there.open(BINDING, here.seal(BINDING, 'naïve ✓'))).toBe('naïve ✓');
  });

  it('opens a state of an earlier key, and none once that key is no longer accepted', async () => {
    const sealed = (await createStateSealer(localKeySource([key(3, 1)]), 'request state')).seal(BINDING, 'round 1');
    const after = await createStateSealer(localKeySource([key(3, 1), key(4, 2)]), 'request state');
    expect(after.open(BINDING, sealed)).toBe('round 1');
    const later = await createStateSealer(localKeySource([key(4, 2)]), 'request state');
    expect(() => later.open(BINDING, sealed)).toThrow(VaultError);
    expect(later.open(BINDING, after.seal(BINDING, 'round 2'))).toBe('round 2');
  });

  it('opens a state that was sealed before states carried a key id, with the key 0 alone', async () => {
    const master = new Uint8Array(32).fill(1);
    const derived = Buffer.from(hkdfSync('sha256', master, 'patchbay sealed state', 'request state', 32));
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', derived, nonce);
    const record = JSON.stringify(BINDING);
    cipher.setAAD(encodeBinding('1', { scope: { kind: 'platform' }, record, field: 'request state' }));
    const ciphertext = Buffer.concat([cipher.update('round 0'), cipher.final()]);
    const old = Buffer.concat([Uint8Array.of(1), nonce, cipher.getAuthTag(), ciphertext]).toString('base64url');
    const sealer = await createStateSealer(localKeySource([key(0, 1), key(1, 2)]), 'request state');
    expect(sealer.open(BINDING, old)).toBe('round 0');
    const other = await createStateSealer(localKeySource([key(1, 1)]), 'request state');
    expect(() => other.open(BINDING, old)).toThrow(VaultError);
  });
});
