import { readFile } from 'node:fs/promises';
import type { SealBinding } from './binding.ts';
import { KEY_BYTES, keyIdOf, openBytes, type SealingKey, sealBytes } from './cipher.ts';
import type { KeySource } from './key-source.ts';
import { connectKeyholder } from './keyholder-client.ts';
import { derive } from './purposes.ts';
import type { ShredKeys } from './shred-keys.ts';
import { VaultError } from './vault-error.ts';

/** The shred key of an organization is one and never changes, so its id is always this one. */
const SHRED_KEY_ID = 0;

/**
 * Master keys in the memory of this process; the last one seals. With shred keys each data key is wrapped twice: by the
 * shred key of its organization, then by the master key. A data key that was wrapped before there were shred keys opens
 * by the master key alone, unless its organization's are withheld or destroyed.
 */
export function localKeySource(masterKeys: readonly SealingKey[], shredKeys: ShredKeys | null = null): KeySource {
  const current = masterKeys.at(-1);
  if (current === undefined) throw new VaultError('There is no master key.');
  const bytesOf = (keyId: number) => {
    const found = masterKeys.find(({ id }) => id === keyId);
    if (found === undefined) throw new VaultError();
    return found.bytes;
  };
  return {
    keyIds: async () => ({ current: current.id, accepted: masterKeys.map(({ id }) => id) }),
    async wrap(organizationId, dataKey) {
      if (dataKey.length !== KEY_BYTES) throw new VaultError('A data key has 32 bytes.');
      const shredKey = await shredKeys?.ensure(organizationId);
      const inner =
        shredKey === undefined
          ? dataKey
          : sealBytes({ id: SHRED_KEY_ID, bytes: shredKey }, shreddedBinding(organizationId), dataKey);
      return sealBytes(current, wrappedBinding(organizationId), inner);
    },
    async unwrap(organizationId, wrapped) {
      const shredKey = (await shredKeys?.find(organizationId)) ?? null;
      const inner = openBytes(bytesOf(keyIdOf(wrapped)), wrappedBinding(organizationId), wrapped);
      if (inner.length === KEY_BYTES) return inner;
      if (shredKey === null) throw new VaultError();
      return openBytes(shredKey, shreddedBinding(organizationId), inner);
    },
    deriveKey: async (purpose, keyId, context = '') => derive(bytesOf(keyId), purpose, context),
    withhold: async (organizationId) => shredKeys?.withhold(organizationId),
    release: async (organizationId) => shredKeys?.release(organizationId),
    destroy: async (organizationId) => shredKeys?.destroy(organizationId),
    ping: async () => undefined,
    close: () => undefined,
  };
}

/** A file with 32 bytes in base64 or base64url, one line. @throws VaultError naming the file when it holds no key */
export async function readMasterKey(file: string): Promise<SealingKey> {
  const text = (await readFile(file, 'utf8')).trim();
  const bytes = Buffer.from(text, /[-_]/.test(text) ? 'base64url' : 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || bytes.length !== KEY_BYTES) {
    throw new VaultError(`${file} does not hold a master key: 32 bytes in base64 are needed.`);
  }
  return { id: 0, bytes };
}

/** Where a process finds its keys: the keyholder, or in development and in tests the key itself. */
export interface KeyLocation {
  readonly keyholderSocket?: string | undefined;
  readonly masterKeyFile?: string | undefined;
}

/** @throws VaultError when there is neither, or when the file holds no key */
export async function openKeySource({ keyholderSocket, masterKeyFile }: KeyLocation): Promise<KeySource> {
  if (keyholderSocket !== undefined) return connectKeyholder(keyholderSocket);
  if (masterKeyFile === undefined) throw new VaultError('There is neither a keyholder nor a master key.');
  return localKeySource([await readMasterKey(masterKeyFile)]);
}

function wrappedBinding(organizationId: string): SealBinding {
  return { scope: { kind: 'organization', organizationId }, record: organizationId, field: 'data_keys.wrapped' };
}

function shreddedBinding(organizationId: string): SealBinding {
  return { scope: { kind: 'organization', organizationId }, record: organizationId, field: 'data_keys.shredded' };
}
