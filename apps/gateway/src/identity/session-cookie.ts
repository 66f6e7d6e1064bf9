import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@patchbay/foundation';
import { cookieRule } from '../http/cookies.ts';
import { SESSION_SECONDS } from './account-rules.ts';

/** The base name of better-auth's session cookie. */
export const SESSION_COOKIE = 'patchbay_session';

/** The base name of the cookie between a right password and the code of the second factor. */
export const CHALLENGE_COOKIE = 'patchbay_challenge';

/** The cookie of a person's session as its text shows it, without a query. */
export interface SessionCookie {
  /** The cookie's value as it came; undefined without one. */
  textOf(cookieHeader: string | undefined): string | undefined;
  /**
   * Whether this installation signed it once. For limits, never for access: the session may have ended.
   */
  isSigned(text: string): boolean;
  /** The `Set-Cookie` value of a new session, as better-auth would send it. */
  issue(token: string): string;
}

/** A cookie of better-auth. */
export interface SignedCookie extends SessionCookie {
  /** Its content, where this installation signed it; null otherwise. */
  valueOf(cookieHeader: string | undefined): string | null;
}

export function createSessionCookie(origin: string, secret: Secret): SessionCookie {
  return createSignedCookie(origin, secret, SESSION_COOKIE);
}

/** @param secret that better-auth signs with: HMAC-SHA-256 of the value, Base64, after its last dot */
export function createSignedCookie(origin: string, secret: Secret, baseName: string): SignedCookie {
  const { name, secure: isSecure, path } = cookieRule(origin, baseName);
  const sign = (value: string) => createHmac('sha256', secret.reveal()).update(value).digest();
  const textOf = (cookieHeader: string | undefined) => {
    const pair = cookieHeader?.split(';').find((one) => one.trimStart().startsWith(`${name}=`));
    return pair?.trimStart().slice(name.length + 1);
  };
  const isSigned = (text: string) => {
    const [value, signature] = splitSigned(text);
    const expected = sign(value);
    const given = Buffer.from(signature, 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
  return {
    textOf,
    isSigned,
    valueOf(cookieHeader) {
      const text = textOf(cookieHeader);
      return text === undefined || !isSigned(text) ? null : splitSigned(text)[0];
    },
    issue(token) {
      const value = encodeURIComponent(`${token}.${sign(token).toString('base64')}`);
      const flags = `Max-Age=${SESSION_SECONDS}; Path=${path}; HttpOnly; SameSite=Lax`;
      return `${name}=${value}; ${flags}${isSecure ? '; Secure' : ''}`;
    },
  };
}

function splitSigned(text: string): readonly [value: string, signature: string] {
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
