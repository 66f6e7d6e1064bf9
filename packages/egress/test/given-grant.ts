import { Secret } from '@patchbay/foundation';
import type { ProviderRules } from '@patchbay/sandbox-protocol';
import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import type { EgressCall } from '../src/credentials/sandbox-calls.ts';

export const HOST = 'api.upstream.example';
/** The value of a credential, which the upstream answers at `/echo` in several encodings. */
export const TOKEN = 'tok/en+Value==4711';

/** A credential for the upstream's host, as a call hands it to the proxy. */
export function givenGrant(changes: Partial<CredentialGrant> = {}): CredentialGrant {
  return {
    id: 'cxn_1',
    name: 'api',
    account: 'ada',
    isDefault: true,
    provider: 'api',
    connectionHost: null,
    organizationHosts: null,
    placement: { in: 'header', name: 'Authorization', prefix: 'Bearer ' },
    secret: new Secret(TOKEN),
    revision: 1,
    ...changes,
  };
}

/** A call in flight, which nothing is refreshed for. */
export function givenCall(changes: Partial<EgressCall> = {}): EgressCall {
  return { effect: 'write', onViolation: () => {}, refresh: async () => null, ...changes };
}

/** The provider of the upstream, as it comes with a sandbox's code and settings. */
export function givenProvider(changes: Partial<ProviderRules> = {}): ProviderRules {
  return {
    id: 'api',
    credentialHosts: [HOST],
    perCustomerHost: { templates: ['{customer}.wild.example'], reserved: ['www'] },
    tokenPaths: ['/oauth/token'],
    authHeaders: ['authorization', 'x-api-key', 'private-token'],
    authParameters: ['api_key', 'access_token'],
    authBodyFields: ['token'],
    safeMethodsRead: true,
    readRequests: [
      { method: 'POST', path: '/search' },
      { method: 'POST', path: '/graphql', graphql: true },
    ],
    ...changes,
  };
}
