import { VaultError } from './vault-error.ts';

/**
 * The form of everything sealed: version (1 byte), nonce (12), tag (16), ciphertext. The version determines the cipher
 * and the form of the additional data; it is itself part of that data, so it cannot be exchanged.
 */
export interface Envelope {
  readonly version: number;
  readonly nonce: Uint8Array;
  readonly tag: Uint8Array;
  readonly ciphertext: Uint8Array;
}

export const ENVELOPE_VERSION = 1;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;
const HEADER_BYTES = 1 + NONCE_BYTES + TAG_BYTES;

export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return Buffer.concat([Uint8Array.of(envelope.version), envelope.nonce, envelope.tag, envelope.ciphertext]);
}

/** @throws VaultError */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  const version = bytes[0];
  if (bytes.length < HEADER_BYTES || version !== ENVELOPE_VERSION) throw new VaultError();
  return {
    version,
    nonce: bytes.subarray(1, 1 + NONCE_BYTES),
    tag: bytes.subarray(1 + NONCE_BYTES, HEADER_BYTES),
    ciphertext: bytes.subarray(HEADER_BYTES),
  };
}
