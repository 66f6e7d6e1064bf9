/**
 * The schema of one file of the catalogue of providers: the upstream services that people link their accounts of. A file
 * holds what the provider's public documentation states, and which page states it; see `fact-groups.ts`.
 */
import { z } from 'zod';
import { checkFacts, FACT_GROUPS, UNVERIFIED_PATH } from './fact-groups.ts';
import { account, authPlaces, endpoint, host, hostTemplate, keyPlacement, readRequest, scope } from './parts.ts';

export const CATEGORIES = [
  'code',
  'chat',
  'documents',
  'project management',
  'files',
  'signatures',
  'sales',
  'support',
  'payments',
  'design',
  'meetings',
  'data',
] as const;

/** Deviations that the code which connects and refreshes has to know. A new one needs code, so the list is closed. */
export const QUIRKS = {
  token_response_form_encoded: 'The token response is form-encoded unless `Accept: application/json` is sent',
  token_request_json: 'The token endpoint takes JSON',
  token_response_wrapped: 'The token response has members beside the standard ones, and `ok: false` with status 200',
  error_with_status_200: 'The token endpoint answers errors with status 200',
  no_expires_in: 'The token response does not state `expires_in`',
  user_scope_parameter: 'Scopes of a person’s token are asked for in `user_scope`, not in `scope`',
  user_token_nested: 'A person’s token is in `authed_user` of the token response',
  scopes_add_up: 'Scopes of earlier consents stay with the token',
  scopes_set_at_registration: 'Scopes are chosen when the application is registered; the request cannot add one',
  no_scope_parameter: 'There are no scopes in the request',
  pkce_needs_app_setting: 'PKCE works after a setting of the application, which makes it a public client for good',
  client_secret_is_api_key: 'The client secret is a secret API key of the developer’s account',
  api_host_in_token_response: 'The host of the API is a member of the token response',
  api_host_in_userinfo: 'The host of the API is a member of the userinfo response',
  account_list_needed: 'The accounts that a token opens are listed by a request; their id is a part of every path',
  refresh_revokes_access_token: 'A refresh ends the access token before it',
  refresh_needs_redirect_uri: 'A refresh states the redirect URI of the authorization',
  api_version_header: 'Requests need a header that names the version of the API',
} as const;

const quirk = z.enum(Object.keys(QUIRKS) as [keyof typeof QUIRKS, ...(keyof typeof QUIRKS)[]]); // keys of the object above

const refresh = z.strictObject({
  /** When the token response has a refresh token. */
  issued: z.enum(['always', 'on_request', 'by_app_setting', 'never']),
  /** The scopes and parameters that ask for it, with `on_request`. */
  request: z
    .strictObject({ scopes: z.array(z.string()).max(4), parameters: z.record(z.string(), z.string()) })
    .default({ scopes: [], parameters: {} }),
  /** Whether a refresh replaces the refresh token; null where it depends or no page states it, to be treated as true. */
  rotates: z.boolean().nullable(),
  /** How long the replaced one still works. */
  graceSeconds: z.number().int().nonnegative().nullable(),
  /** Ends when unused for so long; null where no page states a bound. */
  idleDays: z.number().int().positive().nullable(),
  /** Ends so long after consent, used or not. */
  absoluteDays: z.number().int().positive().nullable(),
  note: z.string().max(400).optional(),
});

const revocation = z.strictObject({
  /** `rfc7009`: a form with `token`. `other`: a request that `note` describes. */
  style: z.enum(['rfc7009', 'other', 'none']),
  takes: z.enum(['access_token', 'refresh_token', 'either']).nullable(),
  note: z.string().max(400).optional(),
});

const oauth = z.strictObject({
  endpoints: z.strictObject({
    authorization: endpoint,
    token: endpoint,
    /** Where it is not the token endpoint. */
    refresh: endpoint.optional(),
    revocation: endpoint.optional(),
    introspection: endpoint.optional(),
    userinfo: endpoint.optional(),
  }),
  /** The document of RFC 8414 or OpenID Connect Discovery that `npm run providers:check` compares the endpoints with. */
  metadata: z.strictObject({ url: endpoint, listsScopes: z.boolean() }).optional(),
  /** RFC 7636, always with S256. */
  pkce: z.enum(['required', 'supported', 'unsupported', 'unknown']),
  clientAuthentication: z
    .array(z.enum(['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none']))
    .min(1),
  scopeSeparator: z.enum([' ', ',']),
  scopes: z.array(scope).max(120),
  /** Sent with every authorization request, in addition to those of RFC 6749 §4.1.1. */
  authorizationParameters: z.record(z.string(), z.string()).default({}),
  /** Null where the token response is the only statement. */
  accessTokenSeconds: z.number().int().positive().nullable(),
  refresh,
  revocation,
});

const key = z.strictObject({
  /** The provider’s own word for it, shown on the form. */
  label: z.string().min(3).max(60),
  /** The page on which a person makes one. */
  madeAt: endpoint,
  placement: keyPlacement,
  /** Prefixes of keys that this form takes; empty where keys have none. */
  prefixes: z.array(z.string().min(3).max(32)).max(16),
  /** Where a key finds its account, if an access token does it otherwise; null where no request is known that tests one. */
  account: account.nullable().optional(),
});

const source = z.strictObject({
  url: z.url({ protocol: /^https$/ }),
  readOn: z.iso.date(),
});

export const providerSchema = z
  .strictObject({
    id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
    name: z.string().min(2).max(60),
    category: z.enum(CATEGORIES),
    documentation: z.url({ protocol: /^https$/ }),
    /** Ways to link an account, the preferred one first. */
    authentication: z.array(z.enum(['oauth2', 'oidc', 'api_key', 'basic'])).min(1),
    oauth: oauth.optional(),
    key: key.optional(),
    /** Prefixes of all secrets that the provider issues, those of `key` included: no other form takes them. */
    secretPrefixes: z.array(z.string().min(3).max(32)).max(32),
    quirks: z.array(quirk).max(8),
    /** Hosts that a credential may be sent to. Nothing else receives it. */
    credentialHosts: z.array(host).max(32),
    /** Hosts of single customers: a connection records the exact one it was made for. */
    perCustomerHost: z
      .strictObject({
        templates: z.array(hostTemplate).min(1).max(8),
        /** The form’s question for the customer’s label. */
        asks: z.string().min(3).max(60),
        /** Labels below these names that are the provider's own. */
        reserved: z.array(z.string()).max(16),
      })
      .optional(),
    /** Paths that answer tokens: no credential is ever sent to them. Each covers what is below it. */
    tokenEchoPaths: z.array(z.string().regex(/^\/[a-z0-9._~/-]+$/)).max(32),
    /** Whether GET, HEAD and OPTIONS change nothing. Where they can, `readRequests` lists those that do not. */
    safeMethodsRead: z.boolean(),
    readRequests: z.array(readRequest).max(96),
    authHeaders: authPlaces.authHeaders,
    authParameters: authPlaces.authParameters,
    authBodyFields: authPlaces.authBodyFields,
    /** Absent where no request is known that tests a credential. */
    account: account.optional(),
    sources: z.record(z.string().regex(/^[a-z0-9-]+$/), source),
    /** Group of facts → the sources that state them. */
    verified: z.partialRecord(z.enum(FACT_GROUPS), z.array(z.string()).min(1)),
    /** Groups, or single members of verified groups, for which no page was found. */
    unverified: z.array(z.string().regex(UNVERIFIED_PATH)),
  })
  .superRefine((provider, context) => {
    for (const problem of [...checkFacts(provider), ...checkWhole(provider)])
      context.addIssue({ code: 'custom', message: problem });
  });

/** One provider of the catalogue. */
export type Provider = z.infer<typeof providerSchema>;
export type Scope = z.infer<typeof scope>;
export type ReadRequest = z.infer<typeof readRequest>;

/** Rules between members of one file. */
function checkWhole(provider: z.input<typeof providerSchema>): string[] {
  const problems: string[] = [];
  const isOauth = provider.authentication.some((kind) => kind === 'oauth2' || kind === 'oidc');
  const isKey = provider.authentication.some((kind) => kind === 'api_key' || kind === 'basic');
  if (isOauth !== (provider.oauth !== undefined)) problems.push('oauth is there exactly when authentication names it');
  if (isKey !== (provider.key !== undefined)) problems.push('key is there exactly when authentication names it');
  if (provider.credentialHosts.length === 0 && !provider.perCustomerHost) problems.push('no host takes a credential');
  const { scopes = [], refresh: asked } = provider.oauth ?? {};
  if (new Set(scopes.map(({ name }) => name)).size !== scopes.length) problems.push('a scope is listed twice');
  const isAsked = (asked?.request?.scopes.length ?? 0) + Object.keys(asked?.request?.parameters ?? {}).length > 0;
  if (asked && isAsked !== (asked.issued === 'on_request')) problems.push('refresh.request belongs to on_request');
  const own = new Set(provider.secretPrefixes);
  if (provider.key?.prefixes.some((prefix) => !own.has(prefix))) problems.push('secretPrefixes lacks a prefix of key');
  if (provider.oauth?.revocation.style === 'rfc7009' && !provider.oauth.endpoints.revocation)
    problems.push('rfc7009 needs endpoints.revocation');
  for (const tested of [provider.account, provider.key?.account]) {
    if (tested && !ownHosts(provider).has(hostOf(tested.request.url)))
      problems.push(`${tested.request.url} is no host of this provider`);
  }
  if (!provider.account && provider.verified.account) problems.push('account is verified, and absent');
  if (!provider.safeMethodsRead && provider.readRequests.length === 0)
    problems.push('without reading methods readRequests lists what reads');
  return problems;
}

/** Everything that the platform itself asks for the provider, templates as they are. */
function ownHosts({
  credentialHosts,
  perCustomerHost,
  oauth: flow,
}: z.input<typeof providerSchema>): ReadonlySet<string> {
  const endpoints = Object.values(flow?.endpoints ?? {}).map(hostOf);
  return new Set([...credentialHosts, ...(perCustomerHost?.templates ?? []), ...endpoints]);
}

/** A template's host as it is written. */
function hostOf(url: string): string {
  return url.slice('https://'.length).split('/')[0] ?? '';
}
