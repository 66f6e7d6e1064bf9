import type { IncomingHttpHeaders } from 'node:http';

/** Endpoints of the authorization server that pages of any site may call: clients that run in a browser do. */
const ENDPOINTS: ReadonlySet<string> = new Set(['/register', '/token', '/revoke', '/jwks']);
const WELL_KNOWN = '/.well-known/';

/** How long a browser may keep the answer to a preflight. Seconds; the most that Chromium takes. */
const PREFLIGHT_SECONDS = 7_200;

/**
 * The headers of every answer of these endpoints. No credentials: a page of another site gets what a program without
 * cookies gets.
 *
 * @see https://fetch.spec.whatwg.org/#http-cors-protocol
 */
export const PUBLIC_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'WWW-Authenticate, Retry-After, Request-Id',
  'cross-origin-resource-policy': 'cross-origin',
};

/** The headers of the answer to a preflight. `*` would not cover `Authorization`. */
export const PREFLIGHT_HEADERS: Readonly<Record<string, string>> = {
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': 'Authorization, Content-Type, Accept, MCP-Protocol-Version',
  'access-control-max-age': String(PREFLIGHT_SECONDS),
};

/**
 * Whether pages of other sites may read the answers of this path. The path is compared as it was received: one that is
 * written in another way is refused, however the router would read it.
 */
export function isPublicPath(path: string): boolean {
  return ENDPOINTS.has(path) || path.startsWith(WELL_KNOWN);
}

/**
 * Removes what could give such a request anyone's authority, or steer a CORS implementation behind: these endpoints know
 * a caller by what is in the body or in `Authorization`, never by a cookie.
 */
export function removeAmbientHeaders(headers: IncomingHttpHeaders): void {
  delete headers.cookie;
  delete headers.origin;
}
