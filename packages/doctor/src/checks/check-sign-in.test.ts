import { describe, expect, it } from 'vitest';
import type { Answer } from './check-endpoint.ts';
import {
  checkAuthorizeAnswer,
  checkCallback,
  checkRefreshes,
  checkRegistration,
  checkTokens,
  checkUnknownClient,
} from './check-sign-in.ts';

const RESOURCE = 'https://mcp.example/mcp';
const answer = (status: number, body: unknown = {}, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: new Headers({ 'content-type': 'application/json', ...headers }),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const rules = (findings: readonly { rule: string }[]) => findings.map(({ rule }) => rule);
const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;

describe('a registration', () => {
  const asked = ['https://claude.ai/api/mcp/auth_callback'];
  it.each([
    ['accepted', answer(201, { client_id: 'a', redirect_uris: asked }), []],
    ['refused', answer(400, { error: 'invalid_redirect_uri' }), ['register.refused']],
    ['limited', answer(429), ['register.refused']],
    ['answered with a page', answer(200, '<html>'), ['register.not-json']],
    ['changed', answer(201, { client_id: 'a', redirect_uris: [] }), ['register.redirects']],
  ])('that was %s is judged so', (_what, given, expected) => {
    expect(rules(checkRegistration(given, asked))).toEqual(expected);
  });

  it('of an unknown client is to be named as such by the token endpoint, whatever the status', () => {
    expect(checkUnknownClient(answer(401, { error: 'invalid_client' }))).toEqual([]);
    expect(checkUnknownClient(answer(400, { error: 'invalid_client' }))).toEqual([]);
    expect(rules(checkUnknownClient(answer(400, { error: 'invalid_grant' })))).toEqual(['register.unknown-client']);
  });
});

describe('the authorization endpoint', () => {
  const callback = 'http://localhost:43117/callback';
  it.each([
    ['a page', answer(200), []],
    ['a redirect to the sign-in', answer(302, '', { location: '/login' }), []],
    ['a code for no person', answer(302, '', { location: `${callback}?code=abc` }), ['authorize.consent']],
    ['a page of an error', answer(400), ['authorize.refused']],
    [
      'an error at the callback',
      answer(302, '', { location: `${callback}?error=invalid_scope` }),
      ['authorize.refused'],
    ],
  ])('with %s is judged so', (_what, given, expected) => {
    expect(rules(checkAuthorizeAnswer(given, callback, 'authorize.refused'))).toEqual(expected);
  });

  const expected = { state: 's', issuer: 'https://login.example', promisesIss: true };
  it.each([
    ['code=c&state=s&iss=https://login.example', []],
    ['code=c&state=s', ['authorize.iss-missing']],
    ['code=c&state=s&iss=https://login.example/', ['authorize.iss']],
    ['code=c&state=t&iss=https://login.example', ['authorize.state']],
    ['error=server_error&state=s&iss=https://login.example', ['authorize.error']],
    ['state=s&iss=https://login.example', ['authorize.no-code']],
  ])('that sends the person back with %s is judged so', (query, found) => {
    expect(rules(checkCallback(new URLSearchParams(query), expected))).toEqual(found);
  });

  it('may leave iss out where its metadata does not promise it', () => {
    expect(checkCallback(new URLSearchParams('code=c&state=s'), { ...expected, promisesIss: false })).toEqual([]);
  });
});

describe('the token endpoint', () => {
  const good = { access_token: 'opaque', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r', scope: 'a b' };
  it.each([
    ['everything', answer(200, good), []],
    ['a redirect', answer(302), ['token.redirect']],
    ['a page', answer(200, '<html>'), ['token.not-json']],
    ['a refusal of the client', answer(401, { error: 'invalid_client' }), ['token.client']],
    ['a refusal of the code', answer(400, { error: 'invalid_grant' }), ['token.refused']],
    ['another type', answer(200, good, { 'content-type': 'text/html' }), ['token.content-type']],
    ['no token', answer(200, { ...good, access_token: '' }), ['token.invalid']],
    ['another kind of token', answer(200, { ...good, token_type: 'mac' }), ['token.invalid']],
    ['no time', answer(200, { ...good, expires_in: 'soon' }), ['token.invalid']],
    [
      'another audience',
      answer(200, { ...good, access_token: token({ aud: 'https://other.example' }) }),
      ['token.audience'],
    ],
    ['our audience among others', answer(200, { ...good, access_token: token({ aud: ['x', RESOURCE] }) }), []],
    ['a token without audience', answer(200, { ...good, access_token: token({}) }), []],
    ['less scope', answer(200, { ...good, scope: 'a' }), ['token.scope']],
    ['no refresh token', answer(200, { ...good, refresh_token: undefined }), ['token.no-refresh']],
  ])('with %s is judged so', (_what, given, expected) => {
    expect(rules(checkTokens(given, { resource: RESOURCE, scope: 'a b' }))).toEqual(expected);
  });
});

describe('two refreshes at the same time', () => {
  const fresh = answer(200, { access_token: 'a', token_type: 'Bearer', refresh_token: 'next' });
  const refused = answer(400, { error: 'invalid_grant' });
  const same = answer(200, { access_token: 'a', token_type: 'Bearer', refresh_token: 'before' });
  it.each<readonly [string, readonly [Answer, Answer], Answer | null, readonly string[]]>([
    ['both work', [fresh, fresh], fresh, []],
    ['both are refused', [refused, refused], null, ['refresh.refused']],
    ['one is refused', [fresh, refused], fresh, ['refresh.parallel']],
    ['one is refused and the grant is gone', [refused, fresh], refused, ['refresh.family']],
    ['the same token comes back', [same, same], same, ['refresh.not-rotated']],
    ['no token comes back', [answer(200), answer(200)], null, ['refresh.invalid', 'refresh.not-rotated']],
  ])('of which %s are judged so', (_what, both, after, expected) => {
    expect(rules(checkRefreshes({ both, after, before: 'before', isPublic: true }))).toEqual(expected);
  });

  it('need no rotation for a client with a secret', () => {
    expect(checkRefreshes({ both: [same, same], after: same, before: 'before', isPublic: false })).toEqual([]);
  });
});
