import { createHmac } from 'node:crypto';
import { KeyRing } from './key-ring.ts';
import type { KeySource } from './key-source.ts';
import type { PurposeOf } from './purposes.ts';

/**
 * HMAC-SHA-256 of a list of texts, under a key derived from the master key for one purpose alone (RFC 5869): finds a row
 * by a value that the row does not hold, and derives values that need not be stored.
 */
export interface KeyedHash {
  /** By the current key. @returns 32 bytes; two different lists have different hashes, however their parts join */
  (parts: readonly string[]): Buffer;
  /** By every key that is still accepted, the current one's first: a row may have been written before a rotation. */
  accepted(parts: readonly string[]): readonly Buffer[];
}

export async function createKeyedHash(keySource: KeySource, purpose: PurposeOf<'hash'>): Promise<KeyedHash> {
  const ring = await KeyRing.open(keySource, `hash:${purpose}`);
  const hash = (key: Uint8Array, parts: readonly string[]) =>
    createHmac('sha256', key).update(JSON.stringify(parts)).digest();
  return Object.assign((parts: readonly string[]) => hash(ring.current.bytes, parts), {
    accepted: (parts: readonly string[]) => ring.accepted.map(({ bytes }) => hash(bytes, parts)),
  });
}
