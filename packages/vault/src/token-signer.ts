import { createHmac, timingSafeEqual } from 'node:crypto';
import { KeyRing } from './key-ring.ts';
import type { KeySource } from './key-source.ts';
import type { PurposeOf } from './purposes.ts';

/**
 * Signs short texts that are sent out and come back, such as session ids. Signed, not hidden: every holder can read
 * them.
 */
export interface TokenSigner {
  /** Visible ASCII without spaces, fit for a header. */
  sign(payload: string): string;
  /** The payload, or null when the text is not one of ours. */
  open(token: string): string | null;
}

/** Key id, dot, payload, dot, HMAC of both; tokens without a key id have the key 0 and the HMAC of the payload. */
const TOKEN = /^(?:k(?<keyId>\d{1,10})\.)?(?<body>[A-Za-z0-9_-]+)\.(?<mac>[A-Za-z0-9_-]+)$/;

/** The key is derived from the master key for this purpose alone (RFC 5869): no token of one purpose opens as another. */
export async function createTokenSigner(keySource: KeySource, purpose: PurposeOf<'token'>): Promise<TokenSigner> {
  const ring = await KeyRing.open(keySource, `token:${purpose}`);
  const macOf = (key: Uint8Array, signed: string) => createHmac('sha256', key).update(signed).digest();
  return {
    sign(payload) {
      const { id, bytes } = ring.current;
      const signed = `k${id}.${Buffer.from(payload).toString('base64url')}`;
      return `${signed}.${macOf(bytes, signed).toString('base64url')}`;
    },
    open(token) {
      const { keyId, body = '', mac = '' } = TOKEN.exec(token)?.groups ?? {};
      const key = ring.find(Number(keyId ?? 0));
      if (key === undefined || body === '') return null;
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(key, keyId === undefined ? body : `k${keyId}.${body}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return Buffer.from(body, 'base64url').toString('utf8');
    },
  };
}
