import { randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';
import type { SealBinding } from './binding.ts';
import { KEY_BYTES, keyIdOf, openBytes, type SealingKey, sealBytes } from './cipher.ts';
import { KeyCache } from './key-cache.ts';
import type { KeySource } from './key-source.ts';
import { VaultError } from './vault-error.ts';

/**
 * Seals values so that the database alone opens none of them: each organization has a data key, each data key is
 * wrapped by the key source, whose keys are never stored in the database. A value is bound to its scope, row and column:
 * moved anywhere else it does not open, nor does one with a single bit changed.
 */

/** Where wrapped data keys live; the domain keeps them in rows. */
export interface DataKeyStore {
  find(): Promise<Uint8Array | null>;
  /** Stores the wrapped key unless there is one already; returns the key that is stored afterwards. */
  insert(wrapped: Uint8Array): Promise<Uint8Array>;
}

export interface Vault {
  /** `keys` is the store of the binding's organization. */
  seal(binding: SealBinding, value: Secret, keys: DataKeyStore): Promise<Uint8Array>;
  /** @throws VaultError when anything at all is not as it was sealed */
  open(binding: SealBinding, envelope: Uint8Array, keys: DataKeyStore): Promise<Secret>;
  /** Forgets the organization's unwrapped key, for example when it was purged. */
  forget(organizationId: string): void;
  /** Nothing of the organization opens, here from now on and elsewhere as soon as the change of it arrives. */
  withholdKeys(organizationId: string): Promise<void>;
  /** @throws VaultError once they are destroyed */
  releaseKeys(organizationId: string): Promise<void>;
  /** For good, also for backups of the database. */
  destroyKeys(organizationId: string): Promise<void>;
  /** Overwrites every key in memory. */
  close(): void;
}

export interface VaultOptions {
  readonly keySource: KeySource;
  readonly dataKeysMax?: number;
  readonly dataKeyAgeMsMax?: number;
}

/** Data keys have no generations yet: theirs is the first. */
const GENERATION = 0;

export function createVault(options: VaultOptions): Vault {
  const { keySource } = options;
  const dataKeys = new KeyCache({
    entriesMax: options.dataKeysMax ?? 1_000,
    ageMsMax: options.dataKeyAgeMsMax ?? 600_000,
    now: () => performance.now(),
  });

  async function keyOf(organizationId: string, keys: DataKeyStore, mayCreate: boolean): Promise<SealingKey> {
    let wrapped = await keys.find();
    if (wrapped === null) {
      if (!mayCreate) throw new VaultError();
      wrapped = await keys.insert(await keySource.wrap(organizationId, randomBytes(KEY_BYTES)));
    }
    const cached = dataKeys.get(organizationId, wrapped);
    if (cached !== undefined) return { id: GENERATION, bytes: cached };
    const bytes = await keySource.unwrap(organizationId, wrapped);
    dataKeys.set(organizationId, wrapped, bytes);
    return { id: GENERATION, bytes };
  }

  return {
    async seal(binding, value, keys) {
      const key = await keyOf(binding.scope.organizationId, keys, true);
      return sealBytes(key, binding, Buffer.from(value.reveal()));
    },
    async open(binding, envelope, keys) {
      if (keyIdOf(envelope) !== GENERATION) throw new VaultError();
      const { bytes } = await keyOf(binding.scope.organizationId, keys, false);
      return new Secret(Buffer.from(openBytes(bytes, binding, envelope)).toString('utf8'));
    },
    forget: (organizationId) => dataKeys.delete(organizationId),
    async withholdKeys(organizationId) {
      await keySource.withhold(organizationId);
      dataKeys.delete(organizationId);
    },
    releaseKeys: (organizationId) => keySource.release(organizationId),
    async destroyKeys(organizationId) {
      await keySource.destroy(organizationId);
      dataKeys.delete(organizationId);
    },
    close: () => dataKeys.clear(),
  };
}
