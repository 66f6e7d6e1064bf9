import { randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import type { SealBinding } from './binding.ts';
import { KEY_BYTES, openBytes, sealBytes } from './cipher.ts';
import { KeyCache } from './key-cache.ts';
import type { KeySource } from './key-source.ts';
import { VaultError } from './vault-error.ts';

/**
 * Seals values so that the database alone opens none of them: each organization has a data key, each data key is
 * wrapped by the master key, which is never stored in the database. A value is bound to its scope, row and column:
 * moved anywhere else it does not open, nor does one with a single bit changed.
 */

/** Where wrapped data keys live; the domain keeps them in rows. */
export interface DataKeyStore {
  find(): Promise<Uint8Array | null>;
  /** Stores the wrapped key unless there is one already; returns the key that is stored afterwards. */
  insert(wrapped: Uint8Array): Promise<Uint8Array>;
}

export interface Vault {
  /** `keys` is the store of the binding's organization; for the platform's own values it is not asked. */
  seal(binding: SealBinding, value: Secret, keys: DataKeyStore): Promise<Uint8Array>;
  /** @throws VaultError when anything at all is not as it was sealed */
  open(binding: SealBinding, envelope: Uint8Array, keys: DataKeyStore): Promise<Secret>;
  /** Forgets the organization's unwrapped key, for example when it was purged. */
  forget(organizationId: string): void;
  /** Overwrites every key in memory. */
  close(): void;
}

export interface VaultOptions {
  readonly keySource: KeySource;
  readonly dataKeysMax?: number;
  readonly dataKeyAgeMsMax?: number;
}

/** Reads the master key once. @throws VaultError when the source holds none */
export async function createVault(options: VaultOptions): Promise<Vault> {
  const masterKey = await options.keySource.masterKey();
  const dataKeys = new KeyCache({
    entriesMax: options.dataKeysMax ?? 1_000,
    ageMsMax: options.dataKeyAgeMsMax ?? 600_000,
    now: () => performance.now(),
  });

  async function keyFor(binding: SealBinding, keys: DataKeyStore, mayCreate: boolean): Promise<Uint8Array> {
    if (binding.scope.kind === 'platform') return masterKey;
    const { organizationId } = binding.scope;
    const keyPlace = dataKeyPlace(organizationId);
    let wrapped = await keys.find();
    if (wrapped === null) {
      if (!mayCreate) throw new VaultError();
      wrapped = await keys.insert(sealBytes(masterKey, keyPlace, randomBytes(KEY_BYTES)));
    }
    const cached = dataKeys.get(organizationId, wrapped);
    if (cached !== undefined) return cached;
    const key = openBytes(masterKey, keyPlace, wrapped);
    dataKeys.set(organizationId, wrapped, key);
    return key;
  }

  return {
    async seal(binding, value, keys) {
      return sealBytes(await keyFor(binding, keys, true), binding, Buffer.from(value.reveal()));
    },
    async open(binding, envelope, keys) {
      const plaintext = openBytes(await keyFor(binding, keys, false), binding, envelope);
      return new Secret(Buffer.from(plaintext).toString('utf8'));
    },
    forget: (organizationId) => dataKeys.delete(organizationId),
    close() {
      dataKeys.clear();
      masterKey.fill(0);
    },
  };
}

function dataKeyPlace(organizationId: string): SealBinding {
  return { scope: { kind: 'organization', organizationId }, record: organizationId, field: 'data_keys.wrapped' };
}
