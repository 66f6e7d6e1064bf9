/**
 * An owner's own provider: a service that the catalogue does not have, entered by form. Everything in it is the owner's
 * statement, so its bounds are narrower than those of a file: exact hosts only, and no name of a catalogue's provider.
 */
import { z } from 'zod';
import { account, authPlaces, endpoint, host, keyPlacement, readRequest, scope } from './parts.ts';
import type { Provider } from './provider.ts';

const common = {
  id: z.string().regex(/^own-[a-z0-9][a-z0-9-]{0,30}$/, 'own- and up to 31 letters, digits and hyphens in lower case'),
  name: z
    .string()
    .trim()
    .min(2)
    .max(40)
    .regex(/^[\x20-\x7e]+$/, 'letters, digits and signs of ASCII, so that no name imitates another'),
  documentation: endpoint.optional(),
  credentialHosts: z.array(host).min(1).max(16),
  tokenEchoPaths: z
    .array(z.string().regex(/^\/[a-z0-9._~/-]+$/))
    .max(16)
    .default([]),
  /** Only what the owner lists reads, apart from GET, HEAD and OPTIONS. */
  readRequests: z.array(readRequest).max(32).default([]),
  safeMethodsRead: z.boolean().default(true),
  authHeaders: authPlaces.authHeaders.default(['authorization']),
  authParameters: authPlaces.authParameters.default([]),
  authBodyFields: authPlaces.authBodyFields.default([]),
  account: account.optional(),
};

const flow = {
  scopes: z.array(scope).max(32).default([]),
  scopeSeparator: z.enum([' ', ',']).default(' '),
  clientAuthentication: z.enum(['client_secret_basic', 'client_secret_post']).default('client_secret_basic'),
  pkce: z.enum(['required', 'supported', 'unsupported']).default('supported'),
  /** At most a few, and none that the flow sets itself. */
  authorizationParameters: z
    .record(z.string().regex(/^[a-z_]{1,40}$/), z.string().max(200))
    .refine((parameters) => Object.keys(parameters).length <= 8, 'at most 8 parameters')
    .refine(
      (parameters) => !Object.keys(parameters).some((name) => OF_THE_FLOW.has(name)),
      'a parameter of the flow itself',
    )
    .default({}),
};

const OF_THE_FLOW = new Set([
  'client_id',
  'client_secret',
  'code',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  'redirect_uri',
  'request',
  'request_uri',
  'response_mode',
  'response_type',
  'scope',
  'state',
]);

const key = { label: z.string().min(3).max(60), placement: keyPlacement };

export const ownProviderSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('oauth2'),
    ...common,
    ...flow,
    endpoints: z.strictObject({
      authorization: endpoint,
      token: endpoint,
      revocation: endpoint.optional(),
      userinfo: endpoint.optional(),
    }),
  }),
  /** Endpoints come from the issuer's discovery document. */
  z.strictObject({ kind: z.literal('oidc'), ...common, ...flow, issuer: endpoint }),
  /** A key that nothing tests would be stored wrong and be found out in the first call. */
  z.strictObject({ kind: z.literal('api_key'), ...common, ...key, account }),
  z.strictObject({ kind: z.literal('basic'), ...common, ...key, account }),
]);

/** An owner's own provider, as it is stored. */
export type OwnProvider = z.infer<typeof ownProviderSchema>;

/**
 * Reasons why an owner's own provider is refused although its form is right, as sentences for the form; none when it is
 * accepted. Its hosts must not be those of a provider of the catalogue, under whose name people know them, and a test
 * request goes to its own hosts only.
 */
export function checkOwnProvider(own: OwnProvider, catalogue: readonly Provider[]): readonly string[] {
  const problems: string[] = [];
  const name = bare(own.name);
  const alike = catalogue.find((provider) => [provider.name, provider.id].some((known) => name.includes(bare(known))));
  if (alike) problems.push(`The name contains that of ${alike.name}, which the catalogue has.`);
  for (const one of own.credentialHosts) {
    const owner = catalogue.find((provider) => isWithin(provider, one));
    if (owner) problems.push(`${one} is a host of ${owner.name}: use the provider of the catalogue.`);
  }
  if (own.account && !own.credentialHosts.includes(new URL(own.account.request.url).hostname))
    problems.push('The test request goes to a host that is not among the hosts of the provider.');
  if ((own.kind === 'basic') !== ('placement' in own && own.placement.in === 'basic'))
    problems.push('A user name and a password are sent by the kind basic, and by no other.');
  return problems;
}

/** A name without differences that people overlook: case, spaces, signs, and digits that resemble letters. */
function bare(name: string): string {
  const letters: Readonly<Record<string, string>> = { 0: 'o', 1: 'l', 3: 'e', 4: 'a', 5: 's', 7: 't', i: 'l' };
  return name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]/g, '')
    .replaceAll(/[0134578i]/g, (sign) => letters[sign] ?? sign);
}

function isWithin({ credentialHosts, perCustomerHost }: Provider, one: string): boolean {
  const suffixes = (perCustomerHost?.templates ?? []).map((template) => template.slice(template.indexOf('.')));
  return credentialHosts.includes(one) || suffixes.some((suffix) => one.endsWith(suffix));
}
