import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@patchbay/foundation';
import { cookieRule } from '../http/cookies.ts';

/** The base name of better-auth's session cookie. */
export const SESSION_COOKIE = 'patchbay_session';

/** The cookie of a person's session as its text shows it, without a query. */
export interface SessionCookie {
  /** The cookie's value as it came; undefined without one. */
  textOf(cookieHeader: string | undefined): string | undefined;
  /**
   * Whether this installation signed it once. For limits, never for access: the session may have ended.
   */
  isSigned(text: string): boolean;
}

/** @param secret that better-auth signs with: HMAC-SHA-256 of the token, Base64, after its last dot */
export function createSessionCookie(origin: string, secret: Secret): SessionCookie {
  const { name } = cookieRule(origin, SESSION_COOKIE);
  return {
    textOf(cookieHeader) {
      const pair = cookieHeader?.split(';').find((one) => one.trimStart().startsWith(`${name}=`));
      return pair?.trimStart().slice(name.length + 1);
    },
    isSigned(text) {
      const [token, signature] = splitSigned(text);
      const expected = createHmac('sha256', secret.reveal()).update(token).digest();
      const given = Buffer.from(signature, 'base64');
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}

function splitSigned(text: string): readonly [token: string, signature: string] {
  const value = decoded(text);
  const dot = value.lastIndexOf('.');
  return dot < 0 ? ['', ''] : [value.slice(0, dot), value.slice(dot + 1)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
