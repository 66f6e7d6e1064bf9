import { createCipheriv, randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeBinding } from './binding.ts';
import { openBytes, sealBytes } from './cipher.ts';
import { createVault, type DataKeyStore, localKeySource, type SealBinding, VaultError } from './index.ts';
import { KeyCache } from './key-cache.ts';

const binding = (organizationId: string, record = 'sec_1', field = 'secrets.sealed'): SealBinding => ({
  scope: { kind: 'organization', organizationId },
  record,
  field,
});

function store(): DataKeyStore & { wrapped: Uint8Array | null } {
  return {
    wrapped: null,
    async find() {
      return this.wrapped;
    },
    async insert(wrapped) {
      this.wrapped ??= wrapped;
      return this.wrapped;
    },
  };
}

const newVault = (masterKey: Uint8Array = randomBytes(32)) =>
  createVault({ keySource: localKeySource([{ id: 0, bytes: masterKey }]) });

describe('a sealed value', () => {
  const key = { id: 7, bytes: randomBytes(32) };
  const home = binding('org_a');

  it('a sealed value does not open with any single bit flipped', () => {
    const sealed = sealBytes(key, home, Buffer.from('the value'));
    for (let index = 0; index < sealed.length * 8; index += 1) {
      const broken = sealed.slice();
      broken[index >> 3] = (broken[index >> 3] ?? 0) ^ (1 << (index & 7));
      expect(() => openBytes(key.bytes, home, broken), `bit ${index}`).toThrow(VaultError);
    }
  });

  it('a sealed value does not open when it is cut anywhere or lengthened', () => {
    const sealed = sealBytes(key, home, Buffer.from('the value'));
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => openBytes(key.bytes, home, sealed.slice(0, length)), `${length} bytes`).toThrow(VaultError);
    }
    expect(() => openBytes(key.bytes, home, Buffer.concat([sealed, Buffer.from([0])]))).toThrow(VaultError);
  });

  it('a sealed value opens with its own binding and with no other, whatever the names', () => {
    const name = fc.string({ minLength: 0, maxLength: 12 });
    const anyPlace = fc.record({
      scope: fc.oneof(
        fc.record({ kind: fc.constant('organization' as const), organizationId: name }),
        fc.constant({ kind: 'platform' as const }),
      ),
      record: name,
      field: name,
    });
    fc.assert(
      fc.property(anyPlace, anyPlace, fc.uint8Array({ maxLength: 64 }), (here, there, value) => {
        const sealed = sealBytes(key, here, value);
        expect(Buffer.compare(openBytes(key.bytes, here, sealed), value)).toBe(0);
        if (JSON.stringify(here) !== JSON.stringify(there)) {
          expect(() => openBytes(key.bytes, there, sealed)).toThrow(VaultError);
        }
      }),
    );
  });

  it('a sealed value is different each time and never contains the plaintext', () => {
    const value = Buffer.from('a value that would be recognised');
    const once = Buffer.from(sealBytes(key, home, value));
    expect(once.equals(Buffer.from(sealBytes(key, home, value)))).toBe(false);
    expect(once.includes(value)).toBe(false);
  });
});

describe('the vault', () => {
  it('the vault opens nothing with another master key, another organization’s key or a missing data key', async () => {
    const keys = store();
    const sealed = await newVault().seal(binding('org_a'), new Secret('v'), keys);
    const other = newVault();
    await expect(other.open(binding('org_a'), sealed, keys)).rejects.toThrow(VaultError);
    const master = randomBytes(32);
    const vault = newVault(master);
    const [a, b] = [store(), store()];
    const ofA = await vault.seal(binding('org_a'), new Secret('v'), a);
    await vault.seal(binding('org_b'), new Secret('v'), b);
    await expect(vault.open(binding('org_b'), ofA, b)).rejects.toThrow(VaultError);
    await expect(vault.open(binding('org_a'), ofA, b)).rejects.toThrow(VaultError);
    a.wrapped = null;
    await expect(vault.open(binding('org_a'), ofA, a)).rejects.toThrow(VaultError);
  });

  it('the vault opens what it sealed, also after a restart', async () => {
    const master = randomBytes(32);
    const keys = store();
    const sealed = await newVault(master).seal(binding('org_a'), new Secret('grüße'), keys);
    const opened = await newVault(master).open(binding('org_a'), sealed, keys);
    expect(opened.reveal()).toBe('grüße');
    expect(`${opened} ${JSON.stringify({ opened })}`).not.toContain('grüße');
  });
});

describe('values from before sealed values carried a key id', () => {
  /** Version 1 of the envelope, with the master key around the data key. */
  function sealedBefore(key: Uint8Array, home: SealBinding, value: Uint8Array): Uint8Array {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', key, nonce);
    cipher.setAAD(encodeBinding('1', home));
    const ciphertext = Buffer.concat([cipher.update(value), cipher.final()]);
    return Buffer.concat([Uint8Array.of(1), nonce, cipher.getAuthTag(), ciphertext]);
  }

  it('the vault opens a value of an installation from before, and seals beside it with the same data key', async () => {
    const [master, dataKey] = [randomBytes(32), randomBytes(32)];
    const keys = store();
    keys.wrapped = sealedBefore(master, binding('org_a', 'org_a', 'data_keys.wrapped'), dataKey);
    const old = sealedBefore(dataKey, binding('org_a'), Buffer.from('kept'));
    const vault = newVault(master);
    expect((await vault.open(binding('org_a'), old, keys)).reveal()).toBe('kept');
    const sealed = await vault.seal(binding('org_a'), new Secret('new'), keys);
    expect((await newVault(master).open(binding('org_a'), sealed, keys)).reveal()).toBe('new');
    await expect(vault.open(binding('org_a', 'sec_2'), old, keys)).rejects.toThrow(VaultError);
  });
});

/** Keeps every copy that is made of it. */
class TrackedKey extends Uint8Array {
  static readonly copies: TrackedKey[] = [];

  constructor(length: number) {
    super(length);
    TrackedKey.copies.push(this);
  }
}

function trackedKey(): TrackedKey {
  const key = new TrackedKey(32).fill(7);
  TrackedKey.copies.length = 0;
  return key;
}

describe('the cache of data keys', () => {
  const wrapped = Buffer.from('wrapped');

  it.each<[string, (cache: KeyCache, later: () => void) => void]>([
    ['is deleted', (cache) => cache.delete('a')],
    ['makes room for another', (cache) => cache.set('b', wrapped, randomBytes(32))],
    ['is replaced', (cache) => cache.set('a', wrapped, randomBytes(32))],
    ['is too old', (cache, later) => [later(), cache.get('a', wrapped)]],
    ['is no longer the one in its row', (cache) => cache.get('a', Buffer.from('another wrapped key'))],
    ['leaves with all others', (cache) => cache.clear()],
  ])('the cache of data keys overwrites its copy of a key that %s', (_name, leave) => {
    let now = 0;
    const cache = new KeyCache({ entriesMax: 1, ageMsMax: 100, now: () => now });
    cache.set('a', wrapped, trackedKey());
    const [kept, ...others] = TrackedKey.copies;
    expect([kept?.every((byte) => byte === 7), others]).toEqual([true, []]);
    leave(cache, () => {
      now = 100;
    });
    expect(kept?.every((byte) => byte === 0)).toBe(true);
  });

  it('a key that the cache forgets stays as it was for the call that uses it', () => {
    const cache = new KeyCache({ entriesMax: 1, ageMsMax: 100, now: () => 0 });
    const key = randomBytes(32);
    const before = Buffer.from(key);
    cache.set('a', wrapped, key);
    const used = cache.get('a', wrapped);
    cache.delete('a');
    expect([key.equals(before), before.equals(used ?? Buffer.alloc(0))]).toEqual([true, true]);
  });

  it('the cache of data keys forgets keys by number, by age and by name', () => {
    let now = 0;
    const cache = new KeyCache({ entriesMax: 2, ageMsMax: 100, now: () => now });
    for (const id of ['a', 'b', 'c']) cache.set(id, wrapped, randomBytes(32));
    expect(cache.get('a', wrapped)).toBeUndefined();
    expect(cache.get('b', wrapped)).toBeDefined();
    cache.delete('b');
    expect(cache.get('b', wrapped)).toBeUndefined();
    expect(cache.get('c', wrapped)).toBeDefined();
    expect(cache.get('c', Buffer.from('another wrapped key'))).toBeUndefined();
    cache.set('c', wrapped, randomBytes(32));
    now = 100;
    expect(cache.get('c', wrapped)).toBeUndefined();
  });
});
