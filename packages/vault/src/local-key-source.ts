import { readFile } from 'node:fs/promises';
import type { SealBinding } from './binding.ts';
import { KEY_BYTES, keyIdOf, openBytes, type SealingKey, sealBytes } from './cipher.ts';
import type { KeySource } from './key-source.ts';
import { derive } from './purposes.ts';
import { VaultError } from './vault-error.ts';

/** Master keys in the memory of this process; the last one seals. */
export function localKeySource(masterKeys: readonly SealingKey[]): KeySource {
  const current = masterKeys.at(-1);
  if (current === undefined) throw new VaultError('There is no master key.');
  const bytesOf = (keyId: number) => {
    const found = masterKeys.find(({ id }) => id === keyId);
    if (found === undefined) throw new VaultError();
    return found.bytes;
  };
  return {
    keyIds: async () => ({ current: current.id, accepted: masterKeys.map(({ id }) => id) }),
    wrap: async (organizationId, dataKey) => sealBytes(current, wrappedBinding(organizationId), dataKey),
    unwrap: async (organizationId, wrapped) =>
      openBytes(bytesOf(keyIdOf(wrapped)), wrappedBinding(organizationId), wrapped),
    deriveKey: async (purpose, keyId, context = '') => derive(bytesOf(keyId), purpose, context),
    onRotated: () => undefined,
  };
}

/** A file with 32 bytes in base64 or base64url, one line. @throws VaultError naming the file when it holds no key */
export async function fileKeySource(file: string): Promise<KeySource> {
  const text = (await readFile(file, 'utf8')).trim();
  const bytes = Buffer.from(text, /[-_]/.test(text) ? 'base64url' : 'base64');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text) || bytes.length !== KEY_BYTES) {
    throw new VaultError(`${file} does not hold a master key: 32 bytes in base64 are needed.`);
  }
  return localKeySource([{ id: 0, bytes }]);
}

function wrappedBinding(organizationId: string): SealBinding {
  return { scope: { kind: 'organization', organizationId }, record: organizationId, field: 'data_keys.wrapped' };
}
