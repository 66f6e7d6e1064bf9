/** Kinds of requests that are counted apart, so that a flood of one leaves the others. */
export type RequestKind = 'mcp' | 'oauth' | 'admin' | 'sign-in' | 'page';

export interface RequestSubject {
  readonly kind: RequestKind;
  /** The name of an organization in the address, in lower case, whether or not there is one; null without any. */
  readonly organization: string | null;
}

const OAUTH = new Set(['authorize', 'token', 'register', 'revoke', 'introspect', 'userinfo', 'jwks', 'device', 'par']);
const PAGES_BELOW_DASH = new Set(['connect', 'docs', 'downloads', 'untrusted']);

/** The subject of a request, from the text of its target alone. Pure. */
export function subjectOf(target: string): RequestSubject {
  const [, first = '', second = '', third, fourth] = (target.split('?', 1)[0] ?? '').split('/');
  const about = (kind: RequestKind, organization?: string): RequestSubject => ({
    kind,
    organization: organization ? organization.toLowerCase() : null,
  });
  if (first === 'api') {
    if (second === 'v1') return about('admin', third === 'organizations' ? fourth : undefined);
    return about(second === 'auth' ? 'sign-in' : 'page');
  }
  if (first === '-') return about(PAGES_BELOW_DASH.has(second) ? 'page' : 'sign-in');
  if (first === '' || first === 'dashboard') return about('page');
  if (first === '.well-known') return about('oauth', third);
  if (OAUTH.has(first)) return about('oauth');
  return about(second === 'mcp' || third === 'mcp' ? 'mcp' : 'page', first);
}
