import type { SigningKeySet } from '@patchbay/domain/grants';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import { type Adapter, type Configuration, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider';
import { cookieRule } from '../http/cookies.ts';
import type { Identity } from '../identity/index.ts';
import type { AdminGrants } from './admin-grants.ts';
import type { ClientDocuments } from './client-documents.ts';
import { admitRegistration } from './client-metadata.ts';
import type { ClientStore } from './client-store.ts';
import { DEVICE_PATH, showCodeConfirmation, showCodeInput, showConnected } from './device-pages.ts';
import { DEVICE_AUTHORIZATION_PATH } from './device-plugin.ts';
import { deviceInfoOf } from './device-request.ts';
import { withFreshSignIn } from './fresh-sign-in.ts';
import type { GrantChecks } from './grant-checks.ts';
import { createInteractionPolicy } from './interaction-policy.ts';
import type { ProtectedResource, ProtectedResources } from './protected-resources.ts';
import type { ProviderClient } from './provider-types.ts';

export interface ProviderConfigurationDeps {
  readonly origin: string;
  readonly identity: Pick<Identity, 'findSession'>;
  readonly resources: ProtectedResources;
  readonly clients: ClientStore;
  readonly documents: ClientDocuments;
  readonly grants: GrantChecks;
  readonly adminGrants: AdminGrants;
  /** Purpose `oauth cookies`. */
  readonly cookieKey: Buffer;
  adapterOf(model: string): Adapter;
  readonly renderError: NonNullable<Configuration['renderError']>;
}

const DAY_SECONDS = 86_400;
const YEAR_SECONDS = OAUTH_LIMITS.grantMost.value * DAY_SECONDS;
const GRANT_SECONDS = OAUTH_LIMITS.grant.value * DAY_SECONDS;
const ALGORITHM = 'ES256';

export const INTERACTION_PATH = '/-/oauth';

/** Every setting of oidc-provider with its reason. Other features are off or as the specification has them. */
export function providerConfiguration(deps: ProviderConfigurationDeps, keys: SigningKeySet): Configuration {
  const { origin, identity, resources, clients, documents, grants } = deps;
  const accessTokens = {
    accessTokenFormat: 'jwt',
    accessTokenTTL: OAUTH_LIMITS.accessToken.value,
    jwt: { sign: { alg: ALGORITHM, kid: keys.signing.kid } },
  } as const;
  return {
    adapter: deps.adapterOf,
    jwks: { keys: [JSON.parse(keys.signing.privateJwk.reveal())] },
    routes: {
      authorization: '/authorize',
      token: '/token',
      registration: '/register',
      revocation: '/revoke',
      jwks: '/jwks',
      device_authorization: DEVICE_AUTHORIZATION_PATH,
      code_verification: DEVICE_PATH,
    },
    // OpenID Connect is not offered: there are no claims, and a token is for a resource or for nothing.
    scopes: [],
    claims: { openid: ['sub'] },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post'],
    enabledJWA: { idTokenSigningAlgValues: [ALGORITHM] },
    clientDefaults: {
      // Documents without it name loopback redirects without a port, which web clients may not have.
      application_type: 'native',
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      id_token_signed_response_alg: ALGORITHM,
    },
    extraClientMetadata: { properties: ['organization_id', 'previous_secret', 'admin_api'] },
    cookies: cookies(origin, deps.cookieKey),
    interactions: {
      policy: withFreshSignIn(createInteractionPolicy({ identity, resources }), deps),
      url: (_context, interaction) => `${INTERACTION_PATH}/${interaction.uid}`,
    },
    ttl: {
      AccessToken: OAUTH_LIMITS.accessToken.value,
      AuthorizationCode: OAUTH_LIMITS.authorizationCode.value,
      DeviceCode: OAUTH_LIMITS.deviceCode.value,
      Grant: YEAR_SECONDS,
      Interaction: OAUTH_LIMITS.interaction.value,
      // Slides with each refresh, up to a year after the consent.
      RefreshToken: (_context, token) =>
        Math.max(1, Math.min(GRANT_SECONDS, (token.iiat ?? now()) + YEAR_SECONDS - now())),
      Session: 14 * DAY_SECONDS,
    },
    findAccount: (context, sub, token) => grants.findAccount(context, sub, token),
    loadExistingGrant: (context) => grants.loadExistingGrant(context),
    extraTokenClaims: async (context) => grants.claimsOf(context),
    // Without `offline_access`, which clients do not know to ask for.
    // A code that was typed gives one token: a thief who talked a person into typing it has an hour.
    issueRefreshToken: async (_context, client, code) =>
      client.grantTypeAllowed('refresh_token') && code.kind !== 'DeviceCode',
    rotateRefreshToken: () => true,
    expiresWithSession: async () => false,
    revokeGrantPolicy: () => true,
    fetch: async (url) => documents.answer(String(url)),
    // Browser clients are answered at the edge; no answer depends on the origin.
    clientBasedCORS: () => true,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      rpInitiatedLogout: { enabled: false },
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      introspection: { enabled: false },
      clientCredentials: { enabled: false },
      deviceFlow: {
        enabled: true,
        deviceInfo: deviceInfoOf,
        userCodeInputSource: async (context, form, _out, problem) => showCodeInput(context, form, problem),
        userCodeConfirmSource: async (context, form, { clientName }, deviceInfo, userCode) =>
          showCodeConfirmation(context, form, { clientName, deviceInfo, userCode }),
        successSource: async (context) => showConnected(context),
      },
      // A client revokes its own tokens only.
      revocation: {
        enabled: true,
        allowedPolicy: async (_context, client, token) => token.clientId === client.clientId,
      },
      registration: {
        enabled: true,
        issueRegistrationAccessToken: false,
        idFactory: (context) => register(clients, context),
        secretFactory: (context) => clients.secretOf(registrationOf(context)),
      },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
      resourceIndicators: {
        enabled: true,
        defaultResource: async (_context, _client, oneOf) => {
          if (Array.isArray(oneOf) && oneOf.length === 1) return String(oneOf[0]);
          throw new errors.InvalidTarget('exactly one resource has to be named: the URL of the MCP server');
        },
        useGrantedResource: async () => true,
        getResourceServerInfo: async (context, indicator, client) => {
          if (Array.isArray(context.oidc.params?.resource) && context.oidc.params.resource.length > 1) {
            throw new errors.InvalidTarget('exactly one resource has to be named: the URL of the MCP server');
          }
          // With the properties that its types do not name.
          const known = client as ProviderClient;
          const admin = deps.adminGrants.admit(context, indicator, known);
          if (admin !== null) return { ...accessTokens, scope: admin.scope, audience: deps.adminGrants.audience };
          const resource = await resources.find(indicator);
          const { organization_id: owner } = known;
          if (resource === null || (owner !== undefined && owner !== resource.organizationId)) {
            throw new errors.InvalidTarget('there is no such MCP server here that takes access tokens');
          }
          return tokenSettings(resource, keys);
        },
      },
    },
    renderError: deps.renderError,
  };
}

/** The settings of access tokens for a resource. @see RFC 9068 */
export function tokenSettings(resource: ProtectedResource, keys: SigningKeySet): ResourceServer {
  return {
    scope: resource.scopes.map(({ name }) => name).join(' '),
    audience: resource.audience,
    accessTokenFormat: 'jwt',
    accessTokenTTL: OAUTH_LIMITS.accessToken.value,
    jwt: { sign: { alg: ALGORITHM, kid: keys.signing.kid } },
  };
}

const now = () => Math.floor(Date.now() / 1000);

/** @see `cookieRule` for names and prefixes: the two that have a path of their own are `__Secure-` */
function cookies(origin: string, key: Buffer): NonNullable<Configuration['cookies']> {
  const session = cookieRule(origin, 'patchbay_oauth_session');
  const { secure, httpOnly, sameSite } = session;
  const attributes = { secure, httpOnly, sameSite, signed: true };
  return {
    names: {
      session: session.name,
      interaction: cookieRule(origin, 'patchbay_oauth_interaction', INTERACTION_PATH).name,
      resume: cookieRule(origin, 'patchbay_oauth_resume', '/authorize').name,
    },
    keys: [key],
    long: { ...attributes, path: '/' },
    short: attributes,
  };
}

const registrations = new WeakMap<KoaContextWithOIDC, string>();

/** Admits the body of a registration, and makes it the client's id. */
function register(clients: ClientStore, context: KoaContextWithOIDC): string {
  const admission = admitRegistration(context.oidc.body);
  if ('problem' in admission) throw new errors.InvalidClientMetadata(admission.problem);
  const id = clients.newRegistration(admission.metadata);
  if (id === null) throw new errors.InvalidClientMetadata('client metadata is too large');
  // The provider registers what it finds here.
  Object.assign(context.oidc, { body: { ...admission.metadata } });
  registrations.set(context, id);
  return id;
}

function registrationOf(context: KoaContextWithOIDC): string {
  const id = registrations.get(context);
  if (id === undefined) throw new Error('a secret without a registration');
  return id;
}
