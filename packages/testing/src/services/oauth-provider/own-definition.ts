import { type OwnProvider, ownProviderSchema } from '@patchbay/providers';
import type { ProviderClient } from './authorization-server.ts';
import { TOKEN_ECHO_PATH } from './provider-api.ts';

export interface ProviderHosts {
  /** The OAuth endpoints. */
  readonly auth: string;
  /** The API, which takes the credentials. */
  readonly api: string;
}

/**
 * A stand-in as an owner would enter it.
 *
 * @param changes members instead of these
 */
export function ownDefinition(
  about: { readonly name: string; readonly hosts: ProviderHosts; readonly client: ProviderClient },
  kind: OwnProvider['kind'],
  changes: Readonly<Record<string, unknown>> = {},
): OwnProvider {
  const { name, hosts, client } = about;
  const common = {
    kind,
    id: `own-${name}`,
    name: `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`,
    credentialHosts: [hosts.api],
    tokenEchoPaths: [TOKEN_ECHO_PATH],
    authHeaders: ['authorization', 'x-api-key'],
    authParameters: ['api_key'],
    readRequests: [{ method: 'POST', path: '/search' }],
    account: { request: { method: 'GET', url: `https://${hosts.api}/me` }, id: ['/id'], label: '/label' },
  };
  const flow = {
    scopes: client.scopes.map((scope) => ({ name: scope, effect: effectOf(scope), means: `The scope ${scope}` })),
    clientAuthentication: client.authentication === 'either' ? 'client_secret_basic' : client.authentication,
    pkce: client.pkce,
  };
  const endpoints = {
    authorization: `https://${hosts.auth}/authorize`,
    token: `https://${hosts.auth}/token`,
    revocation: `https://${hosts.auth}/revoke`,
    userinfo: `https://${hosts.auth}/userinfo`,
  };
  const ofKind = {
    oauth2: { ...flow, endpoints },
    oidc: { ...flow, issuer: `https://${hosts.auth}/` },
    api_key: { label: 'API key', placement: { in: 'header', name: 'x-api-key', prefix: '' } },
    basic: { label: 'Password', placement: { in: 'basic', username: 'User name', usernameSuffix: '' } },
  };
  return ownProviderSchema.parse({ ...common, ...ofKind[kind], ...changes });
}

function effectOf(scope: string): 'read' | 'write' | 'admin' {
  return scope === 'read' || scope === 'write' ? scope : 'admin';
}
