/** The attributes of every cookie of the platform. No other module decides about names, prefixes or flags. */
export interface CookieRule {
  readonly name: string;
  readonly secure: boolean;
  readonly httpOnly: true;
  readonly sameSite: 'lax';
  readonly path: string;
}

/**
 * The rule for one cookie. On https: `Secure` and `__Host-`; a cookie that needs a path of its own cannot have that
 * prefix (browsers drop it) and gets `__Secure-`. On the local http origin, plain names: browsers disagree there.
 */
export function cookieRule(origin: string, baseName: string, path = '/'): CookieRule {
  const secure = new URL(origin).protocol === 'https:';
  const prefix = path === '/' ? '__Host-' : '__Secure-';
  return { name: secure ? `${prefix}${baseName}` : baseName, secure, httpOnly: true, sameSite: 'lax', path };
}
