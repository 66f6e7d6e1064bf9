/**
 * Redirect URIs that a client may register, and what a page may name of one. Decided here for every way a client gets
 * known, before the provider's own checks.
 *
 * @see RFC 8252 §7, RFC 6749 §3.1.2, RFC 9700 §2.1
 */

/** Schemes of well-known clients that have no dot. Any other private-use scheme needs one. @see RFC 8252 §7.1 */
const LISTED_SCHEMES: ReadonlySet<string> = new Set(['claude:', 'cursor:', 'vscode:', 'vscode-insiders:', 'windsurf:']);
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const CHARACTERS_MAX = 2_000;

export type RedirectKind = 'https' | 'loopback' | 'private-use';

/** The kind of a redirect URI, or why no client may register it. Pure. */
export function classifyRedirectUri(
  uri: string,
): { readonly kind: RedirectKind; readonly url: URL } | { readonly problem: string } {
  if (uri.length > CHARACTERS_MAX) return { problem: 'a redirect URI is too long' };
  // A reader of the text and a parser of the URL would take other characters for different addresses.
  if (!/^[\x21-\x7e]+$/.test(uri) || uri.includes('\\'))
    return { problem: 'a redirect URI has characters outside of URIs' };
  if (!URL.canParse(uri)) return { problem: 'a redirect URI is not an absolute URI' };
  const url = new URL(uri);
  if (uri.includes('#')) return { problem: 'a redirect URI has a fragment' };
  if (url.username !== '' || url.password !== '' || /^[a-z][a-z0-9+.-]*:\/\/[^/?]*@/i.test(uri)) {
    return { problem: 'a redirect URI has user information' };
  }
  const isLoopback = LOOPBACK_HOSTS.has(url.hostname);
  if (url.protocol === 'https:') {
    return isLoopback ? { problem: 'an https redirect URI names this machine' } : { kind: 'https', url };
  }
  if (url.protocol === 'http:') {
    return isLoopback ? { kind: 'loopback', url } : { problem: 'an http redirect URI is allowed on loopback only' };
  }
  if (LISTED_SCHEMES.has(url.protocol) || url.protocol.includes('.')) return { kind: 'private-use', url };
  return { problem: `the scheme ${url.protocol} of a redirect URI has no dot in its name` };
}

/** The part of a redirect URI that a person recognises: its host, or the scheme of the program that it opens. */
export function shownRedirect(uri: string): string {
  const { protocol, host } = new URL(uri);
  return protocol === 'https:' || protocol === 'http:' ? host : protocol;
}

/**
 * The source expression for `form-action` that lets an answer reach this redirect URI and nothing else: an origin, or a
 * scheme alone. A page whose policy does not name it would have the redirect blocked.
 *
 * @see CSP Level 3 §6.4.1, §2.3.1
 */
export function formActionOf(uri: string): string {
  const { protocol, origin, hostname } = new URL(uri);
  // A policy has no way to write an IPv6 address.
  if (protocol === 'http:' && hostname.startsWith('[')) return 'http:';
  return protocol === 'https:' || protocol === 'http:' ? origin : protocol;
}
