import { describe, expect, it } from 'vitest';
import { classifyRedirectUri, formActionOf, shownRedirect } from './redirect-uri.ts';

const problem = (uri: string) => {
  const found = classifyRedirectUri(uri);
  return 'problem' in found ? found.problem : null;
};

describe('classifyRedirectUri', () => {
  it.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'ms-msdt:/id',
    'file:///etc/passwd',
    'blob:https://claude.ai/x',
    'http://claude.ai/callback',
    'http://127.0.0.1.evil.example/callback',
    'http://localhost@evil.example/callback',
    'https://claude.ai@evil.example/callback',
    'https://@evil.example/callback',
    'https://localhost/callback',
    'https://claude.ai/callback#token',
    'https://claude.ai/callback#',
    'https://claude.ai\\@evil.example/callback',
    'https://clаude.ai/callback',
    'https://claude.ai/call back',
    '/callback',
    'callback',
    '',
    `https://claude.ai/${'a'.repeat(2_000)}`,
  ])('no client may register the redirect URI %j', (uri) => {
    expect(problem(uri)).not.toBeNull();
  });

  it.each([
    ['https://claude.ai/api/mcp/auth_callback', 'https'],
    ['http://localhost:43117/callback', 'loopback'],
    ['http://127.0.0.1/callback', 'loopback'],
    ['http://[::1]:8080/callback', 'loopback'],
    ['com.example.app:/callback', 'private-use'],
    ['cursor://anysphere.cursor-retrieval/oauth/callback', 'private-use'],
  ])('the redirect URI %s is of kind %s', (uri, kind) => {
    expect(classifyRedirectUri(uri)).toMatchObject({ kind });
  });
});

describe('formActionOf', () => {
  it.each([
    ['https://claude.ai/api/mcp/auth_callback?x=1', 'https://claude.ai'],
    ['http://localhost:43117/callback', 'http://localhost:43117'],
    ['http://127.0.0.1:9/callback', 'http://127.0.0.1:9'],
    ['http://[::1]:9/callback', 'http:'],
    ['cursor://anysphere.cursor-retrieval/oauth', 'cursor:'],
    ['com.example.app:/callback', 'com.example.app:'],
  ])('a form that may end at %s names %s', (uri, source) => {
    expect(formActionOf(uri)).toBe(source);
  });
});

it.each([
  ['https://claude.ai/api/mcp/auth_callback', 'claude.ai'],
  ['http://localhost:43117/callback', 'localhost:43117'],
  ['com.example.app:/callback', 'com.example.app:'],
])('a person is shown %s as %s', (uri, shown) => {
  expect(shownRedirect(uri)).toBe(shown);
});
