/**
 * Enterprise-managed authorization: the grant type by which an organization's identity provider connects its members to a
 * client, without a consent page. Everything is bound to that one organization: the provider, the person, and the resource.
 */
import type { Database } from '@patchbay/domain';
import { hasDemands } from '@patchbay/domain/connectors';
import { findOpenGrant } from '@patchbay/domain/grants';
import { findIdentityProvider } from '@patchbay/domain/identity-providers';
import { findMember } from '@patchbay/domain/organizations';
import { AppError, type Clock, newId } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { KeyedHash } from '@patchbay/vault';
import { errors, type KoaContextWithOIDC, type Provider, type ResourceServer } from 'oidc-provider';
import type pg from 'pg';
import type { ExternalIdentities } from '../identity/index.ts';
import type { OidcClient } from '../sso/oidc-client.ts';
import { shownName } from './client-metadata.ts';
import { type GrantChecks, mayUse } from './grant-checks.ts';
import {
  AssertionRefused,
  type IdentityAssertion,
  JWT_BEARER,
  readUnverified,
  verifyAssertion,
} from './identity-assertion.ts';
import type { ProtectedResource, ProtectedResources } from './protected-resources.ts';
import type { ProviderClient } from './provider-types.ts';
import { saveConsent } from './save-consent.ts';

/** @see draft-ietf-oauth-identity-assertion-authz-grant, authorization server metadata */
export const ID_JAG_PROFILE = 'urn:ietf:params:oauth:grant-profile:id-jag';

export interface IdJagDeps {
  readonly origin: string;
  readonly database: Database;
  /** Role `patchbay_auth`. */
  readonly pool: pg.Pool;
  /** Purpose `identity assertions`. */
  readonly hash: KeyedHash;
  readonly resources: ProtectedResources;
  readonly grants: GrantChecks;
  readonly external: Pick<ExternalIdentities, 'find'>;
  readonly oidc: Pick<OidcClient, 'keysOf'>;
  readonly clock: Pick<Clock, 'now'>;
  /** The settings of access tokens for a resource, with the present key. */
  tokenSettings(resource: ProtectedResource): ResourceServer;
}

/** Characters. */
const ASSERTION_CHARACTERS_MAX = 16_000;

export function registerIdJag(provider: Provider, deps: IdJagDeps): void {
  provider.registerGrantType(
    JWT_BEARER,
    async (context: KoaContextWithOIDC) => {
      try {
        await issue(provider, deps, context);
      } catch (error) {
        throw error instanceof AssertionRefused ? new errors.InvalidGrant(`the assertion: ${error.message}`) : error;
      }
    },
    ['assertion', 'scope', 'resource'],
  );
}

async function issue(provider: Provider, deps: IdJagDeps, context: KoaContextWithOIDC): Promise<void> {
  const { params } = context.oidc;
  // With the properties that its types do not name; the endpoint has authenticated it.
  const client = context.oidc.client as ProviderClient;
  const text = params?.assertion;
  if (typeof text !== 'string' || text.length > ASSERTION_CHARACTERS_MAX) {
    throw new errors.InvalidRequest('assertion is missing or too long');
  }
  const { issuer, resource: indicator } = readUnverified(text);
  if (params?.resource !== undefined && params.resource !== indicator) {
    throw new errors.InvalidTarget('resource is another one than the assertion names');
  }
  const resource = await deps.resources.find(indicator);
  const isOfClient = client.organization_id === undefined || client.organization_id === resource?.organizationId;
  if (resource === null || !isOfClient) throw new errors.InvalidTarget('there is no such MCP server for this client');
  // An assertion proves neither how nor when its subject signed in.
  if (hasDemands(resource.demands)) {
    throw new AssertionRefused('this MCP server demands a second factor or a recent sign-in, which it does not prove');
  }
  await requireProvider(deps, resource, issuer);
  const keys = await deps.oidc.keysOf(issuer).catch((cause: unknown) => {
    const reason = cause instanceof AppError ? cause.detail : 'its keys cannot be read';
    throw new AssertionRefused(`the identity provider: ${reason}`);
  });
  const expected = { issuer, audience: deps.origin, clientId: client.clientId, clock: deps.clock };
  const assertion = await verifyAssertion(text, keys, expected);
  await useOnce(deps, resource, assertion);
  const personId = await findPerson(deps, resource, assertion);
  const scopes = scopesOf(resource, assertion, params?.scope);
  const grantId = await keepGrant(provider, deps, { resource, client, personId, scopes });
  const account = await deps.grants.findAccount(context, personId, { grantId });
  if (account === undefined) throw new AssertionRefused('the person has no access to this MCP server');
  const token = new provider.AccessToken({
    accountId: personId,
    client,
    grantId,
    gty: JWT_BEARER,
    scope: scopes.join(' '),
  });
  token.resourceServer = new provider.ResourceServer(resource.audience, deps.tokenSettings(resource));
  context.oidc.entity('AccessToken', token);
  context.body = {
    access_token: await token.save(),
    token_type: 'Bearer',
    expires_in: OAUTH_LIMITS.accessToken.value,
    scope: scopes.join(' '),
  };
}

/** @throws AssertionRefused unless it is the provider in service of the resource's own organization, and may vouch */
async function requireProvider({ database }: IdJagDeps, resource: ProtectedResource, issuer: string): Promise<void> {
  const found = await database.withOrganization(resource, findIdentityProvider);
  const mayVouch = found !== null && found.state === 'active' && found.idJag && found.issuer === issuer;
  if (!mayVouch) throw new AssertionRefused('its issuer does not vouch for this organization');
}

/** In the database, so that no other gateway takes it again. @throws AssertionRefused */
async function useOnce({ pool, hash }: IdJagDeps, { organizationId }: ProtectedResource, assertion: IdentityAssertion) {
  const { rowCount } = await pool.query(
    'INSERT INTO identity.used_assertions (hash, expires_at) VALUES ($1, $2) ON CONFLICT DO NOTHING',
    [hash([organizationId, assertion.issuer, assertion.id]), new Date(assertion.expiresAt)],
  );
  if (rowCount !== 1) throw new AssertionRefused('it was used before');
}

/** The member behind its subject. @throws AssertionRefused */
async function findPerson(
  { database, external }: IdJagDeps,
  resource: ProtectedResource,
  assertion: IdentityAssertion,
) {
  const { organizationId } = resource;
  const { issuer, subject } = assertion;
  const personId = await external.find({ organizationId, issuer, subject });
  if (personId === null) throw new AssertionRefused('its subject has not signed in to this organization yet');
  const member = await database.withOrganization(resource, (tx) => findMember(tx, personId));
  if (member === null || !mayUse([member.role], resource))
    throw new AssertionRefused('its subject may not use this MCP server');
  return personId;
}

/** Scopes that the resource has, the assertion allows and the client wants. @throws InvalidScope when none is left */
function scopesOf({ scopes }: ProtectedResource, assertion: IdentityAssertion, wanted: unknown): readonly string[] {
  const asked = typeof wanted === 'string' && wanted !== '' ? wanted.split(' ') : null;
  const left = scopes
    .map(({ name }) => name)
    .filter((name) => assertion.scopes?.includes(name) !== false && asked?.includes(name) !== false);
  if (left.length === 0)
    throw new errors.InvalidScope('no scope is left that the assertion and the MCP server share', String(wanted ?? ''));
  return left;
}

interface Wanted {
  readonly resource: ProtectedResource;
  readonly client: ProviderClient;
  readonly personId: string;
  readonly scopes: readonly string[];
}

/** The open grant of person, client and resource, where it covers the scopes; else it is widened, or a new one. @returns its id */
async function keepGrant(
  provider: Provider,
  deps: IdJagDeps,
  { resource, client, personId, scopes }: Wanted,
): Promise<string> {
  const of = { personId, clientId: client.clientId, resourcePath: resource.path };
  const open = await deps.database.withOrganization(resource, (tx) => findOpenGrant(tx, of));
  const isOpen =
    open !== null && open.expiresAt.getTime() > deps.clock.now().getTime() + OAUTH_LIMITS.accessToken.value * 1000;
  const covers = open !== null && open.signIn !== null && scopes.every((scope) => open.scopes.includes(scope));
  if (isOpen && covers) return open.id;
  return saveConsent(
    { provider, database: deps.database },
    {
      personId,
      client: { id: client.clientId, name: shownName(client.clientName) },
      resource,
      granted: resource.scopes
        .map(({ name }) => name)
        .filter((name) => scopes.includes(name) || open?.scopes.includes(name)),
      declined: [],
      signIn: 'identity_provider',
      proof: { signedInAt: null, secondFactor: false },
      requestId: newId('request'),
    },
  );
}
