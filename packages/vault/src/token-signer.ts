import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { KeySource } from './key-source.ts';

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

/** The key is derived from the master key for this purpose alone (RFC 5869): no token of one purpose opens as another. */
export async function createTokenSigner(keySource: KeySource, purpose: string): Promise<TokenSigner> {
  const masterKey = await keySource.masterKey();
  const key = Buffer.from(hkdfSync('sha256', masterKey, 'patchbay token', purpose, 32));
  masterKey.fill(0);
  const macOf = (body: string) => createHmac('sha256', key).update(body).digest();
  return {
    sign(payload) {
      const body = Buffer.from(payload).toString('base64url');
      return `${body}.${macOf(body).toString('base64url')}`;
    },
    open(token) {
      const [body, mac, ...rest] = token.split('.');
      if (!body || !mac || rest.length > 0) return null;
      const given = Buffer.from(mac, 'base64url');
      const expected = macOf(body);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null;
      return Buffer.from(body, 'base64url').toString('utf8');
    },
  };
}
