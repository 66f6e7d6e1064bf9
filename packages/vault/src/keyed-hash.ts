import { createHmac, hkdfSync } from 'node:crypto';
import type { KeySource } from './key-source.ts';

/**
 * HMAC-SHA-256 of a list of texts, under a key derived from the master key for one purpose alone (RFC 5869): finds a row
 * by a value that the row does not hold, and derives values that need not be stored.
 *
 * @returns 32 bytes; two different lists have different hashes, however their parts join
 */
export type KeyedHash = (parts: readonly string[]) => Buffer;

export async function createKeyedHash(keySource: KeySource, purpose: string): Promise<KeyedHash> {
  const masterKey = await keySource.masterKey();
  const key = Buffer.from(hkdfSync('sha256', masterKey, 'patchbay keyed hash', purpose, 32));
  masterKey.fill(0);
  return (parts) => createHmac('sha256', key).update(JSON.stringify(parts)).digest();
}
