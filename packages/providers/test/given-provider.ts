import type { z } from 'zod';
import type { providerSchema } from '../src/provider.ts';

/** The content of a file, before it is parsed. */
export type ProviderFile = z.input<typeof providerSchema>;

/** A small complete file, for tests that spoil one member of it. */
export function givenFile(changes: Partial<ProviderFile> = {}): ProviderFile {
  return {
    id: 'example',
    name: 'Example',
    category: 'files',
    documentation: 'https://docs.example.com/oauth',
    authentication: ['oauth2', 'api_key'],
    oauth: {
      endpoints: {
        authorization: 'https://example.com/oauth/authorize',
        token: 'https://example.com/oauth/token',
        revocation: 'https://example.com/oauth/revoke',
      },
      metadata: { url: 'https://example.com/.well-known/oauth-authorization-server', listsScopes: true },
      pkce: 'supported',
      clientAuthentication: ['client_secret_basic'],
      scopeSeparator: ' ',
      scopes: [{ name: 'files:read', effect: 'read', means: 'Read files' }],
      accessTokenSeconds: 3600,
      refresh: { issued: 'always', rotates: true, graceSeconds: 0, idleDays: 30, absoluteDays: null },
      revocation: { style: 'rfc7009', takes: 'either' },
    },
    key: {
      label: 'API key',
      madeAt: 'https://example.com/settings/keys',
      placement: { in: 'header', name: 'x-api-key', prefix: '' },
      prefixes: ['exk_'],
    },
    secretPrefixes: ['exk_', 'ext_'],
    quirks: [],
    credentialHosts: ['api.example.com'],
    tokenEchoPaths: ['/oauth'],
    safeMethodsRead: true,
    readRequests: [{ method: 'POST', path: '/v1/search' }],
    authHeaders: ['authorization', 'x-api-key'],
    authParameters: [],
    authBodyFields: [],
    account: { request: { method: 'GET', url: 'https://api.example.com/v1/me' }, id: ['/id'], label: '/email' },
    sources: { docs: { url: 'https://docs.example.com/oauth', readOn: '2026-11-30' } },
    verified: {
      endpoints: ['docs'],
      client: ['docs'],
      scopes: ['docs'],
      refresh: ['docs'],
      revocation: ['docs'],
      key: ['docs'],
      requests: ['docs'],
      account: ['docs'],
    },
    unverified: [],
    ...changes,
  };
}
