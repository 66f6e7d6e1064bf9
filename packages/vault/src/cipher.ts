import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type Binding, encodeBinding } from './binding.ts';
import { VaultError } from './vault-error.ts';

/** A key with the id that everything it seals carries. */
export interface SealingKey {
  /** 0 to 2³² − 1. */
  readonly id: number;
  /** 32 bytes. */
  readonly bytes: Uint8Array;
}

/**
 * The form of everything sealed: version (1 byte), key id (4, big-endian), nonce (12), tag (16), ciphertext. Version 1 is
 * the same without a key id, which is then 0. The version determines the cipher and the form of the additional data;
 * version and key id are part of that data, so neither can be exchanged.
 */
interface Envelope {
  readonly version: number;
  readonly keyId: number;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

const VERSION = 2;
const VERSION_WITHOUT_ID = 1;
const ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @throws VaultError */
function decodeEnvelope(bytes: Uint8Array): Envelope {
  const version = bytes[0];
  if (version !== VERSION && version !== VERSION_WITHOUT_ID) throw new VaultError();
  const nonceAt = version === VERSION ? 1 + ID_BYTES : 1;
  const tagAt = nonceAt + NONCE_BYTES;
  const ciphertextAt = tagAt + TAG_BYTES;
  if (bytes.length < ciphertextAt) throw new VaultError();
  return {
    version,
    keyId: version === VERSION ? new DataView(bytes.buffer, bytes.byteOffset).getUint32(1) : 0,
    nonce: bytes.subarray(nonceAt, tagAt),
    tag: bytes.subarray(tagAt, ciphertextAt),
    ciphertext: bytes.subarray(ciphertextAt),
  };
}

/** The additional data of an envelope, which names the key where the version does. */
function dataOf(version: number, keyId: number, binding: Binding): Uint8Array {
  return encodeBinding(version === VERSION ? `${version} ${keyId}` : `${version}`, binding);
}

/**
 * AES-256-GCM with a random nonce. One key seals far fewer than 2³² values here (a data key: the secrets of one
 * organization; the master key: one data key per organization), the bound for random nonces of NIST SP 800-38D 8.3.
 */
const CIPHER = 'aes-256-gcm';
export const KEY_BYTES = 32;

export function sealBytes(key: SealingKey, binding: Binding, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key.bytes, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(dataOf(VERSION, key.id, binding));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  const head = Buffer.alloc(1 + ID_BYTES);
  head.writeUInt8(VERSION);
  head.writeUInt32BE(key.id, 1);
  return Buffer.concat([head, nonce, cipher.getAuthTag(), ciphertext]);
}

/** The id of the key that sealed it; not proven before it opens. @throws VaultError when it is nothing sealed */
export function keyIdOf(sealed: Uint8Array): number {
  return decodeEnvelope(sealed).keyId;
}

/** @throws VaultError when key, binding or any byte differs */
export function openBytes(key: Uint8Array, binding: Binding, sealed: Uint8Array): Uint8Array {
  const { version, keyId, nonce, tag, ciphertext } = decodeEnvelope(sealed);
  const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(dataOf(version, keyId, binding));
  decipher.setAuthTag(tag);
  try {
    return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
  } catch {
    throw new VaultError();
  }
}
