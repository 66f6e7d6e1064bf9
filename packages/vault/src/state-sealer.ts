import type { Binding } from './binding.ts';
import { keyIdOf, openBytes, sealBytes } from './cipher.ts';
import { KeyRing } from './key-ring.ts';
import type { KeySource } from './key-source.ts';
import type { PurposeOf } from './purposes.ts';
import { VaultError } from './vault-error.ts';

/**
 * Seals text that a client keeps for us and sends back: only processes that may have its key can read or change it, and
 * it opens only under the binding it was sealed for. The key is derived from the master key alone, so every process
 * that may have it opens it.
 */
export interface StateSealer {
  /** Base64url. `binding` names everything the text belongs to; its parts may hold any text. */
  seal(binding: readonly string[], text: string): string;
  /** @throws VaultError when anything at all is not as it was sealed */
  open(binding: readonly string[], sealed: string): string;
}

/** `purpose` keeps what different parts seal apart: each has a key of its own (RFC 5869). */
export async function createStateSealer(keySource: KeySource, purpose: PurposeOf<'state'>): Promise<StateSealer> {
  const ring = await KeyRing.open(keySource, `state:${purpose}`);
  const bindingOf = (parts: readonly string[]): Binding => ({
    scope: { kind: 'platform' },
    // JSON, so that no two lists of parts look the same.
    record: JSON.stringify(parts),
    field: purpose,
  });
  return {
    seal: (parts, text) =>
      Buffer.from(sealBytes(ring.current, bindingOf(parts), Buffer.from(text))).toString('base64url'),
    open(parts, sealed) {
      if (!/^[A-Za-z0-9_-]+$/.test(sealed)) throw new VaultError();
      const bytes = Buffer.from(sealed, 'base64url');
      const key = ring.find(keyIdOf(bytes));
      if (key === undefined) throw new VaultError();
      return Buffer.from(openBytes(key, bindingOf(parts), bytes)).toString('utf8');
    },
  };
}
