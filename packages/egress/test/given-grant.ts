import { Secret } from '@patchbay/foundation';
import type { CredentialGrant } from '@patchbay/sandbox-protocol/wire';
import { HOST, TOKEN } from './with-egress-proxy.ts';

/** A credential for the upstream's host, as a call hands it to the proxy. */
export function givenGrant(changes: Partial<CredentialGrant> = {}): CredentialGrant {
  return {
    name: 'api',
    account: 'ada',
    isDefault: true,
    secret: new Secret(TOKEN),
    header: { name: 'Authorization', prefix: 'Bearer ' },
    providerHosts: [HOST],
    connectionHost: null,
    organizationHosts: null,
    tokenPaths: ['/oauth/token'],
    ...changes,
  };
}
