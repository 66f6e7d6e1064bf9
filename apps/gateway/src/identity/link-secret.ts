/** Secrets in the address of a page, such as an invitation's link. Only their hashes are stored. */
import { createHash, randomBytes } from 'node:crypto';
import { Secret } from '@patchbay/foundation';

const FORM = /^[A-Za-z0-9_-]{43}$/;

/** 256 random bits, base64url. */
export function newLinkSecret(): Secret {
  return new Secret(randomBytes(32).toString('base64url'));
}

/** SHA-256 of a text that has the form of a link's secret; null for any other, so that it costs no query. */
export function hashOfLink(text: string): Buffer | null {
  return FORM.test(text) ? createHash('sha256').update(text).digest() : null;
}

/** As `hashOfLink`, for a secret of our own. */
export function hashOfSecret(secret: Secret): Buffer {
  const hash = hashOfLink(secret.reveal());
  if (hash === null) throw new Error('a link secret has not the form of one');
  return hash;
}
