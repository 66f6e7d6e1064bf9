import type { Authenticated } from './provider-accounts.ts';
import type { ProviderAnswer } from './provider-faults.ts';

/** A path that answers tokens, and therefore gets no credential. */
export const TOKEN_ECHO_PATH = '/oauth';

/**
 * The API of a stand-in provider: who asked, by which kind of credential, and what. `GET` and `HEAD` need the scope
 * `read`, everything else needs `write`.
 *
 * - `/me`: the account, for every scope
 * - `/echo`: repeats the credential in a header and in several encodings of the body
 * - `/oauth/...`: answers the credential, as token endpoints do
 * - `/away?to=URL`: redirects there
 * - every other path: `{account, label, by, scopes, method, path}`
 */
export function answerApi(asked: {
  readonly method: string;
  readonly url: URL;
  readonly caller: Authenticated | null;
}): ProviderAnswer {
  const { method, url, caller } = asked;
  if (!caller) {
    const headers = { 'www-authenticate': 'Bearer error="invalid_token"' };
    return { status: 401, headers, body: { error: 'invalid_token' } };
  }
  const { account, by, scopes, credential } = caller;
  const about = { account: account.id, label: account.label, by, scopes, method, path: url.pathname };
  if (url.pathname === '/me') return { status: 200, body: { id: account.id, label: account.label, scopes } };
  const scope = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  if (!scopes.includes(scope)) {
    const headers = { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` };
    return { status: 403, headers, body: { error: 'insufficient_scope', scope } };
  }
  if (url.pathname === '/away') {
    return { status: 302, headers: { location: url.searchParams.get('to') ?? '/' }, body: '' };
  }
  if (url.pathname === '/echo' || url.pathname.startsWith(TOKEN_ECHO_PATH)) {
    const encoded = { base64: Buffer.from(credential).toString('base64'), url: encodeURIComponent(credential) };
    return { status: 200, headers: { 'x-echo': credential }, body: { ...about, credential, encoded } };
  }
  return { status: 200, body: about };
}
