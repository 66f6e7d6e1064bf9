/** The catalogue of providers, and pure decisions about their requests, hosts and keys. */
export { PROVIDERS } from './catalogue.ts';
export { compareMetadata } from './compare-metadata.ts';
export { decideRead, type OutgoingRequest, type ReadRuling } from './decide-read.ts';
export { FACTS, type FactGroup, isVerified, listUnverified } from './fact-groups.ts';
export { checkPastedKey, type KeyForm, type PastedKey } from './find-secret-owner.ts';
export { fillCustomer, type HostMatch, matchHost } from './match-host.ts';
export { checkOwnProvider, type OwnProvider, ownProviderSchema } from './own-provider.ts';
export { CatalogueError, parseCatalogue } from './parse-catalogue.ts';
export { CATEGORIES, type Provider, QUIRKS, type ReadRequest, type Scope } from './provider.ts';
