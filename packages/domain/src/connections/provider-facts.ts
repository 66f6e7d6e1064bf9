import { type OwnProvider, ownProviderSchema, PROVIDERS, type Provider } from '@patchbay/providers';
import type { Tx } from '../database/index.ts';
import type { OrganizationProvider as Row } from '../generated/client.ts';

type CatalogueOauth = NonNullable<Provider['oauth']>;
type CatalogueKey = NonNullable<Provider['key']>;

/** How people connect through OAuth 2.0. */
export interface OAuthFacts {
  readonly pkce: CatalogueOauth['pkce'];
  readonly clientAuthentication: CatalogueOauth['clientAuthentication'];
  readonly scopeSeparator: ' ' | ',';
  readonly scopes: CatalogueOauth['scopes'];
  readonly authorizationParameters: Readonly<Record<string, string>>;
  /** Null where an issuer's metadata has them. */
  readonly endpoints: CatalogueOauth['endpoints'] | null;
  /** The issuer that publishes the endpoints (OpenID Connect Discovery). */
  readonly issuer: string | null;
  /** Null where nothing is known: then a refresh token is used when there is one, and is taken to rotate. */
  readonly refresh: CatalogueOauth['refresh'] | null;
  readonly revocation: CatalogueOauth['revocation'] | null;
  /** Null where the token response is the only statement. */
  readonly accessTokenSeconds: number | null;
}

/** The form of a key that people paste. */
export interface KeyFacts {
  readonly kind: 'api_key' | 'basic';
  readonly label: string;
  /** The page on which a person makes one. */
  readonly madeAt: string | null;
  readonly placement: CatalogueKey['placement'];
  readonly prefixes: readonly string[];
  /** Finds the account of a key; null where no request is known that tests one. */
  readonly account: NonNullable<Provider['account']> | null;
}

/** The organization's registration at a provider. */
export interface ProviderRegistration {
  readonly id: string;
  readonly clientId: string | null;
  readonly hasSecret: boolean;
  /** Scopes that connections may ask for at most; none means every scope that connectors declare. */
  readonly scopes: readonly string[];
  readonly allows: readonly ('person' | 'organization')[];
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A provider as flows and the egress proxy need it: one of the catalogue and an owner's own look alike. */
export interface ProviderFacts {
  readonly id: string;
  readonly name: string;
  readonly source: 'catalogue' | 'own';
  readonly category: string | null;
  readonly documentation: string | null;
  readonly oauth: OAuthFacts | null;
  readonly key: KeyFacts | null;
  /** Finds the account of an access token; null where no request is known. */
  readonly account: NonNullable<Provider['account']> | null;
  readonly quirks: Provider['quirks'];
  /** Prefixes of all secrets that it issues. */
  readonly secretPrefixes: readonly string[];
  readonly credentialHosts: readonly string[];
  readonly perCustomerHost: NonNullable<Provider['perCustomerHost']> | null;
  readonly tokenEchoPaths: readonly string[];
  readonly safeMethodsRead: boolean;
  readonly readRequests: Provider['readRequests'];
  readonly authHeaders: readonly string[];
  readonly authParameters: readonly string[];
  readonly authBodyFields: readonly string[];
  /** Groups of facts, or single ones, that no page of the provider states. */
  readonly unverified: readonly string[];
  /** Null until an owner has registered the organization there. */
  readonly registration: ProviderRegistration | null;
}

/** A provider of the catalogue, or one of the organization's own; null for every other id. */
export async function findProvider(tx: Tx, id: string): Promise<ProviderFacts | null> {
  const row = await tx.prisma.organizationProvider.findUnique({
    where: { organizationId_provider: { ...tx.scope, provider: id } },
  });
  return toFacts(id, row);
}

/** The whole catalogue and the organization's own providers, by name. */
export async function listProviders(tx: Tx): Promise<readonly ProviderFacts[]> {
  const rows = await tx.prisma.organizationProvider.findMany({ where: tx.scope });
  const byProvider = new Map(rows.map((row) => [row.provider, row]));
  const ids = new Set([...PROVIDERS.map(({ id }) => id), ...byProvider.keys()]);
  const found = [...ids].map((id) => toFacts(id, byProvider.get(id) ?? null)).filter((facts) => facts !== null);
  return found.sort((one, other) => one.name.localeCompare(other.name, 'en'));
}

function toFacts(id: string, row: Row | null): ProviderFacts | null {
  const registration = row && toRegistration(row);
  if (row !== null && row.definition !== null) return fromOwn(ownProviderSchema.parse(row.definition), registration);
  const provider = PROVIDERS.find((one) => one.id === id);
  return provider === undefined ? null : fromCatalogue(provider, registration);
}

function fromCatalogue(provider: Provider, registration: ProviderRegistration | null): ProviderFacts {
  const { oauth, key, account = null } = provider;
  return {
    ...provider,
    source: 'catalogue',
    oauth: oauth === undefined ? null : { ...oauth, issuer: null },
    key:
      key === undefined
        ? null
        : { ...key, kind: kindOf(key.placement), account: key.account === undefined ? account : key.account },
    account,
    perCustomerHost: provider.perCustomerHost ?? null,
    registration,
  };
}

/** Everything in it is the owner's statement. */
function fromOwn(own: OwnProvider, registration: ProviderRegistration | null): ProviderFacts {
  const account = own.account ?? null;
  return {
    id: own.id,
    name: own.name,
    source: 'own',
    category: null,
    documentation: own.documentation ?? null,
    oauth: own.kind === 'oauth2' || own.kind === 'oidc' ? ownOauth(own) : null,
    key:
      own.kind === 'api_key' || own.kind === 'basic'
        ? { kind: own.kind, label: own.label, madeAt: null, placement: own.placement, prefixes: [], account }
        : null,
    account,
    quirks: [],
    secretPrefixes: [],
    credentialHosts: own.credentialHosts,
    perCustomerHost: null,
    tokenEchoPaths: own.tokenEchoPaths,
    safeMethodsRead: own.safeMethodsRead,
    readRequests: own.readRequests,
    authHeaders: own.authHeaders,
    authParameters: own.authParameters,
    authBodyFields: own.authBodyFields,
    unverified: [],
    registration,
  };
}

function ownOauth(own: Extract<OwnProvider, { kind: 'oauth2' | 'oidc' }>): OAuthFacts {
  const endpoints = own.kind === 'oauth2' ? own.endpoints : null;
  return {
    pkce: own.pkce,
    clientAuthentication: [own.clientAuthentication],
    scopeSeparator: own.scopeSeparator,
    scopes: own.scopes,
    authorizationParameters: own.authorizationParameters,
    endpoints,
    issuer: own.kind === 'oidc' ? own.issuer : null,
    refresh: null,
    revocation: endpoints?.revocation === undefined ? null : { style: 'rfc7009', takes: 'either' },
    accessTokenSeconds: null,
  };
}

function kindOf(placement: CatalogueKey['placement']): 'api_key' | 'basic' {
  return placement.in === 'basic' && placement.username !== null ? 'basic' : 'api_key';
}

function toRegistration(row: Row): ProviderRegistration {
  const { id, clientId, clientSecret, scopes, createdAt, updatedAt } = row;
  // A constraint of the table.
  const allows = row.allows as ProviderRegistration['allows'];
  return { id, clientId, hasSecret: clientSecret !== null, scopes, allows, createdAt, updatedAt };
}
