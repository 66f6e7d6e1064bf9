import type { OwnProvider } from '@patchbay/providers';
import { TestAuthority } from '../test-authority.ts';
import { AuthorizationServer, type ProviderClient } from './authorization-server.ts';
import { GrantModel, type IssuedTokens } from './grant-model.ts';
import { ownDefinition, type ProviderHosts } from './own-definition.ts';
import { ProviderAccounts } from './provider-accounts.ts';
import { answerApi } from './provider-api.ts';
import { ProviderClock } from './provider-clock.ts';
import { type ProviderAnswer, type ProviderEndpoint, ProviderFaults, type ProviderRequest } from './provider-faults.ts';
import { answerAuthorize, answerMetadata } from './provider-pages.ts';
import { fetchThrough, type ProviderReach } from './provider-reach.ts';
import { ProviderServer } from './provider-server.ts';
import { STRICT_RULES, type TokenRules } from './token-rules.ts';

export interface OAuthProviderOptions {
  /** Lower case; the id is `own-NAME`, the hosts are `auth-NAME.upstream.example` and `api-NAME.upstream.example`. */
  readonly name?: string;
  /** Other rules than the strictest: one-hour access tokens, rotation, no grace, reuse revokes the grant. */
  readonly rules?: Partial<TokenRules>;
  readonly client?: Partial<ProviderClient>;
}

/**
 * An upstream service of its own on this machine, over TLS: authorization server, API that knows whose credential it got,
 * and a list of everything that arrived. It listens on the standard port of a loopback address of its own, so it needs
 * the privilege to do so.
 *
 *     const tracker = await OAuthProvider.start({ name: 'tracker', rules: { graceSeconds: 60 } });
 *     tracker.definition();                           // the owner's own provider, of kind oauth2
 *     tracker.client;                                 // id and secret of the application
 *     tracker.fetch;                                  // the platform's fetch that reaches it
 *     reachOptions(tracker.reach);                    // options of SandboxHost, EgressProxy, guardedFetch
 *     tracker.approve(authorizationUrl, 'anna');      // the callback's address, after anna consented
 *     tracker.connect('anna', ['read']);              // tokens without the flow
 *     tracker.accounts.issueKey('anna', ['read']);    // an API key
 *     tracker.clock.advance(3_600);                   // the access tokens have expired
 *     tracker.faults.add('token', FAULTS.lostAnswer); // the provider refreshes, and its answer is lost
 *     tracker.requestsTo('api');                      // what arrived, with whose credential
 *     await tracker.close();
 */
export class OAuthProvider {
  readonly name: string;
  readonly hosts: ProviderHosts;
  readonly clock = new ProviderClock();
  readonly grants: GrantModel;
  readonly accounts: ProviderAccounts;
  readonly faults = new ProviderFaults();
  readonly reach: ProviderReach;
  readonly fetch: ReturnType<typeof fetchThrough>;
  readonly #authorization: AuthorizationServer;
  readonly #server: ProviderServer;

  private constructor(
    { name = 'tracker', rules, client }: OAuthProviderOptions,
    identity: { readonly certificate: string; readonly cert: string; readonly key: string },
  ) {
    this.name = name;
    this.hosts = hostsOf(name);
    this.grants = new GrantModel({ ...STRICT_RULES, ...rules }, this.clock);
    this.accounts = new ProviderAccounts(name, this.grants);
    const whole = { ...defaultClient(name), ...client };
    const now = () => this.clock.monotonicMs();
    this.#authorization = new AuthorizationServer(whole, this.grants, { accounts: this.accounts, now });
    this.#server = new ProviderServer({
      identity,
      faults: this.faults,
      endpointOf: (url) => (url.host === this.hosts.api ? 'api' : (ENDPOINTS[url.pathname] ?? 'metadata')),
      perform: (request, url) => this.#perform(request, url),
    });
    const { address } = this.#server;
    const addresses = { [this.hosts.auth]: address, [this.hosts.api]: address };
    this.reach = { addresses, certificate: identity.certificate };
    this.fetch = fetchThrough(this.reach);
  }

  static async start(options: OAuthProviderOptions = {}): Promise<OAuthProvider> {
    const { auth, api } = hostsOf(options.name ?? 'tracker');
    const authority = await TestAuthority.create();
    const identity = { certificate: authority.certificate, ...(await authority.serverFor([auth, api])) };
    const provider = new OAuthProvider(options, identity);
    await provider.#server.listen();
    return provider;
  }

  get client(): ProviderClient {
    return this.#authorization.client;
  }

  /** Other settings of the registered application. */
  set client(client: ProviderClient) {
    this.#authorization.client = client;
  }

  /** Everything that arrived, answered or not. */
  get requests(): readonly ProviderRequest[] {
    return this.#server.requests;
  }

  requestsTo(endpoint: ProviderEndpoint): readonly ProviderRequest[] {
    return this.requests.filter((request) => request.endpoint === endpoint);
  }

  refreshes(): readonly ProviderRequest[] {
    return this.requestsTo('token').filter(
      ({ body }) => new URLSearchParams(body).get('grant_type') === 'refresh_token',
    );
  }

  /** This service as an owner enters it, by kind of authentication. */
  definition(kind: OwnProvider['kind'] = 'oauth2', changes: Readonly<Record<string, unknown>> = {}): OwnProvider {
    return ownDefinition(this, kind, changes);
  }

  /**
   * The person consents at the provider's page, which browsers get at the same URL.
   *
   * @param scopes fewer than the request asks for
   * @returns the address that the browser is sent back to, with `code` and `state` or `error` and `state`
   */
  approve(authorizationUrl: string, person: string, scopes?: readonly string[]): string {
    return this.#authorization.approve(this.#asked(authorizationUrl), person, scopes);
  }

  deny(authorizationUrl: string, error = 'access_denied'): string {
    return this.#authorization.deny(this.#asked(authorizationUrl), error);
  }

  /** The tokens of a consent whose flow is not what the test is about. */
  connect(person: string, scopes: readonly string[] = ['read', 'write']): IssuedTokens {
    return this.grants.authorize(this.accounts.of(person).id, scopes);
  }

  /** Ends every connection in the middle of what it does, and listens no more. */
  kill(): Promise<void> {
    return this.#server.kill();
  }

  /** Listens again, at the same address and with everything it knew. */
  revive(): Promise<void> {
    return this.#server.listen();
  }

  close(): Promise<void> {
    return this.#server.kill();
  }

  #asked(authorizationUrl: string): URLSearchParams {
    const url = new URL(authorizationUrl);
    if (url.host !== this.hosts.auth || url.pathname !== '/authorize')
      throw new Error(`${url.host} is another service`);
    const problem = this.#authorization.problemOf(url.searchParams);
    if (problem) throw new Error(problem);
    return url.searchParams;
  }

  #perform(request: ProviderRequest, url: URL): ProviderAnswer {
    const { endpoint, method, headers, body } = request;
    const server = this.#authorization;
    if (endpoint === 'authorize') return answerAuthorize(url, server, this.accounts.people());
    if (endpoint === 'token') return server.token(headers, new URLSearchParams(body));
    if (endpoint === 'revoke') return server.revoke(headers, new URLSearchParams(body));
    if (endpoint === 'metadata' && url.pathname !== '/userinfo')
      return answerMetadata(url.pathname, server, this.hosts);
    const caller = this.accounts.authenticate(headers, url.searchParams);
    request.account = caller?.account.id ?? null;
    if (endpoint === 'api') return answerApi({ method, url, caller });
    if (!caller) return { status: 401, body: { error: 'invalid_token' } };
    return { status: 200, body: { sub: caller.account.id, email: caller.account.label } };
  }
}

const ENDPOINTS: Readonly<Record<string, ProviderEndpoint>> = {
  '/authorize': 'authorize',
  '/token': 'token',
  '/revoke': 'revoke',
};

function hostsOf(name: string): ProviderHosts {
  return { auth: `auth-${name}.upstream.example`, api: `api-${name}.upstream.example` };
}

function defaultClient(name: string): ProviderClient {
  return {
    id: `client-of-${name}`,
    // Every sign that client authentication has to encode (RFC 6749 §2.3.1).
    secret: 'secret: with +, & and %',
    authentication: 'either',
    redirectUris: [],
    pkce: 'required',
    scopes: ['read', 'write', 'admin'],
  };
}
