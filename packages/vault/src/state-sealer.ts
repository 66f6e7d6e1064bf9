import { hkdfSync } from 'node:crypto';
import type { SealBinding } from './binding.ts';
import { KEY_BYTES, openBytes, sealBytes } from './cipher.ts';
import type { KeySource } from './key-source.ts';
import { VaultError } from './vault-error.ts';

/**
 * Seals text that a client keeps for us and sends back: only processes with the master key can read or change it, and
 * it opens only under the binding it was sealed for. The key is derived from the master key alone, so every process
 * that has it opens it.
 */
export interface StateSealer {
  /** Base64url. `binding` names everything the text belongs to; its parts may hold any text. */
  seal(binding: readonly string[], text: string): string;
  /** @throws VaultError when anything at all is not as it was sealed */
  open(binding: readonly string[], sealed: string): string;
}

/** `purpose` keeps what different parts seal apart: each has a key of its own (RFC 5869). */
export async function createStateSealer(keySource: KeySource, purpose: string): Promise<StateSealer> {
  const masterKey = await keySource.masterKey();
  const key = Buffer.from(hkdfSync('sha256', masterKey, 'patchbay sealed state', purpose, KEY_BYTES));
  masterKey.fill(0);
  const placeOf = (binding: readonly string[]): SealBinding => ({
    scope: { kind: 'platform' },
    // JSON, so that no two lists of parts look the same.
    record: JSON.stringify(binding),
    field: purpose,
  });
  return {
    seal: (binding, text) => Buffer.from(sealBytes(key, placeOf(binding), Buffer.from(text))).toString('base64url'),
    open(binding, sealed) {
      if (!/^[A-Za-z0-9_-]+$/.test(sealed)) throw new VaultError();
      return Buffer.from(openBytes(key, placeOf(binding), Buffer.from(sealed, 'base64url'))).toString('utf8');
    },
  };
}
