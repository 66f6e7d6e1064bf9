import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { encodeBinding, type SealBinding } from './binding.ts';
import { VaultError } from './vault-error.ts';

/**
 * The form of everything sealed: version (1 byte), nonce (12), tag (16), ciphertext. The version determines the cipher
 * and the form of the additional data; it is itself part of that data, so it cannot be exchanged.
 */
interface Envelope {
  readonly version: number;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const ENVELOPE_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

function encodeEnvelope(envelope: Envelope): Uint8Array {
  return Buffer.concat([Uint8Array.of(envelope.version), envelope.nonce, envelope.tag, envelope.ciphertext]);
}

/** @throws VaultError */
function decodeEnvelope(bytes: Uint8Array): Envelope {
  const version = bytes[0];
  if (bytes.length < HEADER_BYTES || version !== ENVELOPE_VERSION) throw new VaultError();
  return {
    version,
    nonce: bytes.subarray(1, 1 + NONCE_BYTES),
    tag: bytes.subarray(1 + NONCE_BYTES, HEADER_BYTES),
    ciphertext: bytes.subarray(HEADER_BYTES),
  };
}

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
