import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import type { Clock, Secret } from '@patchbay/foundation';
import type { JSONWebKeySet } from 'jose';
import { LRUCache } from 'lru-cache';
import * as oauth from 'oauth4webapi';
import { z } from 'zod';
import { ssoError } from './sso-error.ts';

/** An organization's registration at its provider. */
export interface ProviderClient {
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a public client. */
  readonly clientSecret: Secret | null;
}

/** Binds an answer to its request, in the browser that began it. */
export interface RequestBinding {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** A person as their organization's provider describes them. It proves nothing outside of the organization. */
export interface AssertedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** False only where the provider denies it: many leave it out. */
  readonly emailVerified: boolean;
  readonly name: string | null;
  readonly claims: Readonly<Record<string, unknown>>;
}

const DISCOVERED = { max: 500, ttl: 10 * 60_000 };
const KEYS = { max: 500, ttl: 60_000 };
const Keys = z.object({
  keys: z.array(z.custom<JSONWebKeySet['keys'][number]>((one) => typeof one === 'object' && one !== null)),
});
const SCOPE = 'openid profile email';
/** Clocks of two machines. Seconds. */
const CLOCK_TOLERANCE = 60;
/** Asymmetric alone: a client secret is no signing key of a provider. */
const SIGNATURES = [
  'RS256',
  'PS256',
  'ES256',
  'ES384',
  'RS384',
  'RS512',
  'PS384',
  'PS512',
  'ES512',
  'EdDSA',
  'Ed25519',
];

type Metadata = oauth.AuthorizationServer & {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly jwks_uri: string;
};

/**
 * The relying party: authorization code with PKCE, state and nonce. Every request goes through `guardedFetch`.
 *
 * @see OpenID Connect Core §3.1, OpenID Connect Discovery §4, RFC 7636, RFC 9207, RFC 9700 §4.4
 */
export class OidcClient {
  readonly #fetch: GuardedFetch;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #keys = new LRUCache<string, JSONWebKeySet>(KEYS);
  readonly #discovered = new LRUCache<string, Metadata>(DISCOVERED);

  constructor({ fetch, clock }: { readonly fetch: GuardedFetch; readonly clock: Pick<Clock, 'now'> }) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /** The provider's metadata, at most ten minutes old. @throws AppError `sso.*` */
  async discover(issuer: string): Promise<Metadata> {
    const known = this.#discovered.get(issuer);
    if (known !== undefined) return known;
    try {
      const url = new URL(issuer);
      const response = await oauth.discoveryRequest(url, { ...this.#options(), algorithm: 'oidc' });
      const metadata = complete(await oauth.processDiscoveryResponse(url, response));
      this.#discovered.set(issuer, metadata);
      return metadata;
    } catch (error) {
      throw ssoError(error);
    }
  }

  /** The published keys, at most a minute old. @throws AppError `sso.*` */
  async keysOf(issuer: string): Promise<JSONWebKeySet> {
    const known = this.#keys.get(issuer);
    if (known !== undefined) return known;
    const { jwks_uri: uri } = await this.discover(issuer);
    try {
      const response = await this.#fetch(uri, { headers: { accept: 'application/json' }, redirect: 'error' });
      const keys = Keys.parse(await response.json());
      this.#keys.set(issuer, keys);
      return keys;
    } catch (error) {
      throw ssoError(error);
    }
  }

  newBinding(): RequestBinding {
    return {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    };
  }

  /** The page of the provider that the browser is sent to. */
  async authorizationUrl(
    { issuer, clientId }: Pick<ProviderClient, 'issuer' | 'clientId'>,
    { redirectUri, ...binding }: RequestBinding & { readonly redirectUri: string },
  ): Promise<string> {
    const { authorization_endpoint: endpoint } = await this.discover(issuer);
    const url = new URL(endpoint);
    const parameters = {
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: SCOPE,
      state: binding.state,
      nonce: binding.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(binding.verifier),
      code_challenge_method: 'S256',
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /**
   * The identity behind an answer of the provider. Issuer, audience, expiry, nonce and signature of the ID token are checked.
   *
   * @param answer parameters of the callback
   * @throws AppError `sso.declined`, `sso.provider_unreachable`, `sso.answer_invalid`
   */
  async identify(
    provider: ProviderClient,
    answer: URLSearchParams,
    { redirectUri, ...binding }: RequestBinding & { readonly redirectUri: string },
  ): Promise<AssertedIdentity> {
    const metadata = await this.discover(provider.issuer);
    const client = this.#client(provider.clientId);
    try {
      const parameters = oauth.validateAuthResponse(metadata, client, answer, binding.state);
      const response = await oauth.authorizationCodeGrantRequest(
        metadata,
        client,
        authenticationOf(metadata, provider.clientSecret),
        parameters,
        redirectUri,
        binding.verifier,
        this.#options(),
      );
      const tokens = await oauth.processAuthorizationCodeResponse(metadata, client, response, {
        expectedNonce: binding.nonce,
        requireIdToken: true,
      });
      await oauth.validateApplicationLevelSignature(metadata, response, this.#options());
      const claims = oauth.getValidatedIdTokenClaims(tokens);
      if (claims === undefined) throw new Error('an answer without an ID token passed');
      return toIdentity(claims);
    } catch (error) {
      throw ssoError(error);
    }
  }

  #options() {
    return { [oauth.customFetch]: (url: string, init: RequestInit) => this.#fetch(url, init) };
  }

  #client(clientId: string): oauth.Client {
    const skew = Math.round((this.#clock.now().getTime() - Date.now()) / 1000);
    return { client_id: clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE, [oauth.clockSkew]: skew };
  }
}

/** Metadata with all that a sign-in needs, all of it https. @throws Error naming what is missing */
function complete(metadata: oauth.AuthorizationServer): Metadata {
  const { authorization_endpoint, token_endpoint, jwks_uri } = metadata;
  for (const [name, value] of Object.entries({ authorization_endpoint, token_endpoint, jwks_uri })) {
    if (value === undefined || !URL.canParse(value) || new URL(value).protocol !== 'https:') {
      throw new oauth.OperationProcessingError(`"${name}" of its metadata is not an https URL`, {
        code: oauth.INVALID_SERVER_METADATA,
      });
    }
  }
  const offered = metadata.id_token_signing_alg_values_supported?.filter((name) => SIGNATURES.includes(name));
  // Checked above.
  return { ...metadata, id_token_signing_alg_values_supported: offered ?? ['RS256'] } as Metadata;
}

/** @see OpenID Connect Discovery §3: without a list, `client_secret_basic` */
function authenticationOf(metadata: Metadata, secret: Secret | null): oauth.ClientAuth {
  if (secret === null) return oauth.None();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
  const takesBasic = methods.includes('client_secret_basic') || !methods.includes('client_secret_post');
  return takesBasic ? oauth.ClientSecretBasic(secret.reveal()) : oauth.ClientSecretPost(secret.reveal());
}

function toIdentity(claims: oauth.IDToken): AssertedIdentity {
  const { iss, sub, email, email_verified: verified, name } = claims;
  return {
    issuer: iss,
    subject: sub,
    email: typeof email === 'string' && email.length <= 254 ? email.toLowerCase() : null,
    emailVerified: verified !== false && verified !== 'false',
    name: typeof name === 'string' && name.trim() !== '' ? name : null,
    claims,
  };
}
