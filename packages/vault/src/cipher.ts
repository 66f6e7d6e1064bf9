import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { encodeBinding, type SealBinding } from './binding.ts';
import { decodeEnvelope, ENVELOPE_VERSION, encodeEnvelope, NONCE_BYTES, TAG_BYTES } from './envelope.ts';
import { VaultError } from './vault-error.ts';

/**
 * AES-256-GCM with a random nonce. One key seals far fewer than 2³² values here (a data key: the secrets of one
 * organization; the master key: one data key per organization), the bound for random nonces of NIST SP 800-38D 8.3.
 */
const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;

export function sealBytes(key: Uint8Array, binding: SealBinding, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(encodeBinding(ENVELOPE_VERSION, binding));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return encodeEnvelope({ version: ENVELOPE_VERSION, nonce, tag: cipher.getAuthTag(), ciphertext });
}

/** @throws VaultError when key, binding or any byte differs */
export function openBytes(key: Uint8Array, binding: SealBinding, sealed: Uint8Array): Uint8Array {
  const { version, nonce, tag, ciphertext } = decodeEnvelope(sealed);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(encodeBinding(version, binding));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new VaultError();
  }
}
