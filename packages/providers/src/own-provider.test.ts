import { describe, expect, it } from 'vitest';
import { givenFile } from '../test/given-provider.ts';
import { checkOwnProvider, type OwnProvider, ownProviderSchema } from './own-provider.ts';
import { parseCatalogue } from './parse-catalogue.ts';

const catalogue = parseCatalogue({
  example: givenFile({ perCustomerHost: { templates: ['{customer}.rented.example.com'], asks: 'Name', reserved: [] } }),
});
const common = { id: 'own-intranet', name: 'Intranet', credentialHosts: ['api.intra.example.org'] };
const account = { request: { method: 'GET', url: 'https://api.intra.example.org/me' }, id: ['/id'], label: '/mail' };
const forms = {
  oauth2: {
    kind: 'oauth2',
    ...common,
    endpoints: {
      authorization: 'https://sso.intra.example.org/authorize',
      token: 'https://sso.intra.example.org/token',
    },
  },
  oidc: { kind: 'oidc', ...common, issuer: 'https://sso.intra.example.org/' },
  api_key: {
    kind: 'api_key',
    ...common,
    account,
    label: 'Access key',
    placement: { in: 'header', name: 'x-key', prefix: '' },
  },
  basic: { kind: 'basic', ...common, account, label: 'Password', placement: { in: 'basic', username: 'User name' } },
} as const;

function given(form: object): OwnProvider {
  return ownProviderSchema.parse(form);
}

describe('ownProviderSchema', () => {
  it.each<[string, object]>([
    ['a wildcard', { ...forms.oidc, credentialHosts: ['*.intra.example.org'] }],
    ['a host of customers', { ...forms.oidc, credentialHosts: ['{customer}.example.org'] }],
    ['an address', { ...forms.oidc, credentialHosts: ['10.0.0.1'] }],
    ['no host', { ...forms.oidc, credentialHosts: [] }],
    ['17 hosts', { ...forms.oidc, credentialHosts: Array.from({ length: 17 }, (_, n) => `h${n}.example.org`) }],
    ['a name in other letters', { ...forms.oidc, name: 'Exаmple' }],
    ['an id of the catalogue’s form', { ...forms.oidc, id: 'intranet' }],
    ['an issuer over http', { ...forms.oidc, issuer: 'http://sso.intra.example.org/' }],
    [
      'a parameter of the flow itself',
      { ...forms.oauth2, authorizationParameters: { redirect_uri: 'https://evil.example' } },
    ],
    [
      'nine further parameters',
      { ...forms.oauth2, authorizationParameters: Object.fromEntries([...'abcdefghi'].map((name) => [name, '1'])) },
    ],
    [
      '33 scopes',
      {
        ...forms.oauth2,
        scopes: Array.from({ length: 33 }, (_, n) => ({ name: `s${n}`, effect: 'read', means: 'Read it' })),
      },
    ],
    ['a key that nothing tests', { ...forms.api_key, account: undefined }],
    ['an unknown kind', { ...forms.oidc, kind: 'saml' }],
  ])('refuses %s', (_what, form) => {
    expect(ownProviderSchema.safeParse(form).success).toBe(false);
  });

  it.each(Object.entries(forms))('accepts a provider of kind %s', (kind, form) => {
    expect(given(form)).toMatchObject({ kind, safeMethodsRead: true, readRequests: [] });
    expect(checkOwnProvider(given(form), catalogue)).toEqual([]);
  });
});

describe('checkOwnProvider', () => {
  it.each(['Example', 'EXAMPLE', 'Examp1e', 'Ex-ample token', '3xample', 'My Example'])(
    'refuses the name %j, which people take for Example',
    (name) => {
      expect(checkOwnProvider(given({ ...forms.oidc, name }), catalogue)).toEqual([
        'The name contains that of Example, which the catalogue has.',
      ]);
    },
  );

  it.each(['api.example.com', 'acme.rented.example.com', 'a.b.rented.example.com'])(
    'refuses %s, a host of the catalogue',
    (one) => {
      expect(checkOwnProvider(given({ ...forms.oidc, credentialHosts: [one] }), catalogue)).toEqual([
        `${one} is a host of Example: use the provider of the catalogue.`,
      ]);
    },
  );

  it('refuses a test request to a host that is not the provider’s', () => {
    const request = { method: 'GET', url: 'https://collector.example.net/me' };
    expect(checkOwnProvider(given({ ...forms.api_key, account: { ...account, request } }), catalogue)).toEqual([
      'The test request goes to a host that is not among the hosts of the provider.',
    ]);
  });

  it('refuses a key that is sent as a password, and a password that is sent as a key', () => {
    const { basic, api_key: apiKey } = forms;
    for (const form of [
      { ...basic, placement: apiKey.placement },
      { ...apiKey, placement: basic.placement },
    ]) {
      expect(checkOwnProvider(given(form), catalogue)).toEqual([
        'A user name and a password are sent by the kind basic, and by no other.',
      ]);
    }
  });
});
