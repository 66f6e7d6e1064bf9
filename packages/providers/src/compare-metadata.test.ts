import { describe, expect, it } from 'vitest';
import { givenFile } from '../test/given-provider.ts';
import { compareMetadata } from './compare-metadata.ts';
import { parseCatalogue } from './parse-catalogue.ts';
import type { Provider } from './provider.ts';

const published = {
  issuer: 'https://example.com',
  authorization_endpoint: 'https://example.com/oauth/authorize',
  token_endpoint: 'https://example.com/oauth/token',
  revocation_endpoint: 'https://example.com/oauth/revoke',
  scopes_supported: ['files:read', 'files:write'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
};

function given(): Provider {
  const [provider] = parseCatalogue({ example: givenFile() });
  if (!provider) throw new Error('The file was parsed.');
  return provider;
}

describe('compareMetadata', () => {
  it.each([
    [
      'another endpoint',
      { token_endpoint: 'https://example.com/v2/token' },
      'endpoints.token is https://example.com/oauth/token, published is https://example.com/v2/token',
    ],
    [
      'an endpoint that the file lacks',
      { userinfo_endpoint: 'https://example.com/me' },
      'endpoints.userinfo is missing, published is https://example.com/me',
    ],
    ['a scope that is gone', { scopes_supported: ['files:write'] }, 'the scope files:read is not published'],
    ['PKCE without S256', { code_challenge_methods_supported: ['plain'] }, 'pkce is supported, published are plain'],
    [
      'a client authentication that is gone',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      'the client authentication client_secret_basic is not published',
    ],
  ])('reports %s', (_what, changes, difference) => {
    expect(compareMetadata(given(), { ...published, ...changes })).toEqual([difference]);
  });

  it('reports a document that is no metadata', () => {
    for (const document of [null, 'no', {}, { token_endpoint: 1 }])
      expect(compareMetadata(given(), document)).toEqual(['the document is no authorization server metadata']);
  });

  it('does not report what the document leaves out, nor scopes of a document that lists only its own', () => {
    expect(compareMetadata(given(), published)).toEqual([]);
    expect(compareMetadata(given(), { token_endpoint: published.token_endpoint })).toEqual([]);
    const { oauth, ...rest } = given();
    const partial = oauth && {
      ...oauth,
      metadata: { url: 'https://example.com/.well-known/openid-configuration', listsScopes: false },
    };
    expect(compareMetadata({ ...rest, oauth: partial }, { ...published, scopes_supported: ['openid'] })).toEqual([]);
  });
});
