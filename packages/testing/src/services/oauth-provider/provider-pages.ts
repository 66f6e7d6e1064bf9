import type { AuthorizationServer } from './authorization-server.ts';
import type { ProviderHosts } from './own-definition.ts';
import type { ProviderAnswer } from './provider-faults.ts';

/** The consent page for browsers: a link per account, and one to decline. */
export function answerAuthorize(url: URL, server: AuthorizationServer, people: readonly string[]): ProviderAnswer {
  const asked = new URLSearchParams(url.searchParams);
  const problem = server.problemOf(asked);
  if (problem) return { status: 400, body: problem };
  const decision = asked.get('decision');
  asked.delete('decision');
  if (decision === null) {
    const choices = people.map((person) => link(url, `as ${person}`, `Continue as ${person}`));
    return { status: 200, body: `<h1>Consent</h1>${choices.join('')}${link(url, 'deny', 'Decline')}` };
  }
  const isDenied = decision === 'deny';
  const location = isDenied ? server.deny(asked, 'access_denied') : server.approve(asked, decision.slice('as '.length));
  return { status: 302, headers: { location }, body: '' };
}

function link(url: URL, decision: string, text: string): string {
  const to = new URL(url);
  to.searchParams.set('decision', decision);
  return `<p><a href="${to.href.replaceAll('&', '&amp;')}">${text}</a></p>`;
}

/** The documents of RFC 8414 and OpenID Connect Discovery. */
export function answerMetadata(path: string, server: AuthorizationServer, { auth }: ProviderHosts): ProviderAnswer {
  const isDiscovery = /^\/\.well-known\/(openid-configuration|oauth-authorization-server)$/.test(path);
  if (!isDiscovery) return { status: 404, body: {} };
  const at = (name: string) => `https://${auth}/${name}`;
  const body = {
    issuer: at(''),
    authorization_endpoint: at('authorize'),
    token_endpoint: at('token'),
    revocation_endpoint: at('revoke'),
    userinfo_endpoint: at('userinfo'),
    response_types_supported: ['code'],
    code_challenge_methods_supported: server.client.pkce === 'unsupported' ? [] : ['S256'],
    scopes_supported: server.client.scopes,
  };
  return { status: 200, body };
}
