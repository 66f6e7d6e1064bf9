import type { Credential, OAuthCredential, OAuthFacts, ProviderFacts } from '@patchbay/domain/connections';
import type { GuardedFetch } from '@patchbay/egress/guarded-fetch';
import { AppError, Secret } from '@patchbay/foundation';
import { fillCustomer } from '@patchbay/providers';
import * as oauth from 'oauth4webapi';
import { connectError } from './connect-error.ts';
import { normalizeTokenResponse } from './token-response.ts';

/** The organization's application at a provider. */
export interface UpstreamApplication {
  readonly facts: ProviderFacts;
  readonly clientId: string;
  readonly clientSecret: Secret | null;
  /** The customer's label, at a provider with a host per customer. */
  readonly customer: string | null;
}

interface Server extends oauth.AuthorizationServer {
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
}

/**
 * The platform as an OAuth client of providers. Every request goes through `guardedFetch`: an owner's endpoints reach no
 * private address.
 *
 * @see RFC 6749 §4.1, RFC 7636, RFC 7009, RFC 9207, RFC 9700 §4.4
 */
export class UpstreamClient {
  readonly #fetch: GuardedFetch;

  constructor(fetch: GuardedFetch) {
    this.#fetch = fetch;
  }

  /** The provider's page that the browser is sent to. */
  async authorizationUrl(
    application: UpstreamApplication,
    asked: {
      readonly state: string;
      readonly verifier: string;
      readonly redirectUri: string;
      readonly scopes: readonly string[];
    },
  ): Promise<string> {
    const { facts } = application;
    const flow = flowOf(facts);
    const url = new URL((await this.serverOf(application)).authorization_endpoint);
    const scopes = [...new Set([...asked.scopes, ...(flow.refresh?.request.scopes ?? [])])].join(flow.scopeSeparator);
    const scopeName = facts.quirks.includes('user_scope_parameter') ? 'user_scope' : 'scope';
    const hasScopes = scopes !== '' && !facts.quirks.includes('no_scope_parameter');
    const parameters = {
      ...flow.authorizationParameters,
      ...flow.refresh?.request.parameters,
      response_type: 'code',
      client_id: application.clientId,
      redirect_uri: asked.redirectUri,
      state: asked.state,
      ...(hasScopes && { [scopeName]: scopes }),
      ...(usesPkce(facts) && {
        code_challenge: await oauth.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
      }),
    };
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    return url.href;
  }

  /**
   * Exchanges the code of an answer. State and issuer are checked before anything is sent.
   *
   * @throws AppError `connections.declined`, `connections.answer_invalid`, `connections.provider_unreachable`
   */
  async redeem(
    application: UpstreamApplication,
    answer: URLSearchParams,
    asked: {
      readonly state: string;
      readonly verifier: Secret;
      readonly redirectUri: string;
      readonly scopes: readonly string[];
    },
  ): Promise<OAuthCredential> {
    const { facts, clientId, clientSecret } = application;
    try {
      const server = await this.serverOf(application, answer.get('iss'));
      const client = { client_id: clientId };
      const code = oauth.validateAuthResponse(server, client, answer, asked.state);
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        authenticationOf(flowOf(facts), clientSecret),
        code,
        asked.redirectUri,
        usesPkce(facts) ? asked.verifier.reveal() : oauth.nopkce,
        { [oauth.customFetch]: (url: string, init: RequestInit) => this.#exchange(facts, url, init) },
      );
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
      const separator = /[ ,]+/;
      return {
        kind: 'oauth2',
        accessToken: new Secret(tokens.access_token),
        refreshToken: tokens.refresh_token === undefined ? null : new Secret(tokens.refresh_token),
        tokenType: tokens.token_type,
        expiresAt: expiryOf(tokens.expires_in ?? flowOf(facts).accessTokenSeconds),
        scopes: tokens.scope === undefined ? asked.scopes : tokens.scope.split(separator).filter(Boolean),
      };
    } catch (error) {
      throw connectError(error);
    }
  }

  /** Ends the tokens at the provider, where it has an endpoint for that (RFC 7009). Returns whether it took them. */
  async revoke(application: UpstreamApplication, credential: Credential): Promise<boolean> {
    const { facts, clientId, clientSecret } = application;
    if (credential.kind !== 'oauth2' || facts.oauth === null) return false;
    try {
      const server = await this.serverOf(application);
      const isOffered = server.revocation_endpoint !== undefined && facts.oauth.revocation?.style !== 'other';
      if (!isOffered) return false;
      const takes = facts.oauth.revocation?.takes ?? 'either';
      const token = (takes === 'access_token' ? null : credential.refreshToken) ?? credential.accessToken;
      const authentication = authenticationOf(facts.oauth, clientSecret);
      const response = await oauth.revocationRequest(server, { client_id: clientId }, authentication, token.reveal(), {
        [oauth.customFetch]: (url: string, init: RequestInit) => this.#fetch(url, init),
      });
      return response.ok;
    } catch {
      return false;
    }
  }

  /**
   * @param named the issuer that an answer names (RFC 9207). Where the issuer is not known, its origin has to be the one that
   *   the browser was sent to.
   */
  async serverOf({ facts, customer }: UpstreamApplication, named: string | null = null): Promise<Server> {
    const { endpoints, issuer } = flowOf(facts);
    if (issuer !== null) return this.#discover(issuer);
    if (endpoints === null) throw new AppError('connections.not_registered');
    const at = (template: string) => (customer === null ? template : (fillCustomer(template, customer) ?? template));
    const authorization = at(endpoints.authorization);
    const { origin } = new URL(authorization);
    const isTheirs = named !== null && URL.canParse(named) && new URL(named).origin === origin;
    return {
      issuer: isTheirs ? named : origin,
      authorization_endpoint: authorization,
      token_endpoint: at(endpoints.token),
      ...(endpoints.userinfo && { userinfo_endpoint: at(endpoints.userinfo) }),
      ...(endpoints.revocation && { revocation_endpoint: at(endpoints.revocation) }),
    };
  }

  async #discover(issuer: string): Promise<Server> {
    try {
      const url = new URL(issuer);
      const response = await oauth.discoveryRequest(url, {
        algorithm: 'oidc',
        [oauth.customFetch]: (to: string, init: RequestInit) => this.#fetch(to, init),
      });
      const found = await oauth.processDiscoveryResponse(url, response);
      const { authorization_endpoint, token_endpoint } = found;
      for (const one of [authorization_endpoint, token_endpoint]) {
        if (one === undefined || !URL.canParse(one) || new URL(one).protocol !== 'https:')
          throw new AppError('connections.answer_invalid', { detail: 'Its metadata names no https endpoints.' });
      }
      return { ...found, authorization_endpoint: authorization_endpoint ?? '', token_endpoint: token_endpoint ?? '' };
    } catch (error) {
      throw connectError(error);
    }
  }

  async #exchange(facts: ProviderFacts, url: string, init: RequestInit): Promise<Response> {
    const response = await this.#fetch(url, facts.quirks.includes('token_request_json') ? asJson(init) : init);
    const { status, body } = normalizeTokenResponse(facts, response.status, await response.text());
    return Response.json(body, { status });
  }
}

/** @throws AppError `connections.not_permitted` where people cannot connect through OAuth */
export function flowOf({ oauth: flow }: ProviderFacts): OAuthFacts {
  if (flow === null) throw new AppError('connections.not_permitted');
  return flow;
}

function usesPkce({ oauth: flow, quirks }: ProviderFacts): boolean {
  // A server that does not know the parameters has to ignore them (RFC 6749 §3.1).
  return flow?.pkce !== 'unsupported' && !quirks.includes('pkce_needs_app_setting');
}

function authenticationOf({ clientAuthentication }: OAuthFacts, secret: Secret | null): oauth.ClientAuth {
  if (secret === null) return oauth.None();
  const isBasic = clientAuthentication[0] === 'client_secret_basic';
  return isBasic ? oauth.ClientSecretBasic(secret.reveal()) : oauth.ClientSecretPost(secret.reveal());
}

function expiryOf(seconds: number | null): Date | null {
  return seconds === null ? null : new Date(Date.now() + seconds * 1000);
}

function asJson(init: RequestInit): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('content-type', 'application/json');
  const form = init.body instanceof URLSearchParams ? init.body : new URLSearchParams(String(init.body ?? ''));
  return { ...init, headers, body: JSON.stringify(Object.fromEntries(form)) };
}
