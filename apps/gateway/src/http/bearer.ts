const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*) *$/i;

/** The token of an `Authorization` header, or null when the header holds none. @see RFC 6750 §2.1, RFC 9110 §11.1 */
export function parseBearer(authorization: string): string | null {
  return BEARER.exec(authorization)?.[1] ?? null;
}
