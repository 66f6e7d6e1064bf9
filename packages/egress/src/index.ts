/** The way out of a sandbox: one proxy per sandbox, which knows what its connector declared. */
export type { Resolver } from './addresses/resolve-destination.ts';
export { CredentialReferences, type IssuedReferences } from './credentials/credentials.ts';
export { EgressProxy } from './proxy/egress-proxy.ts';
