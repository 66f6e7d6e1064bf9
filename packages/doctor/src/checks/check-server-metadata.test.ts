import { describe, expect, it } from 'vitest';
import type { Answer } from './check-endpoint.ts';
import { checkServerMetadata, chosenForm, metadataForms } from './check-server-metadata.ts';

const ISSUER = 'https://login.example';
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  registration_endpoint: `${ISSUER}/register`,
  response_types_supported: ['code'],
  code_challenge_methods_supported: ['S256'],
  authorization_response_iss_parameter_supported: true,
};
const answer = (status: number, body: unknown = {}, type = 'application/json'): Answer => ({
  status,
  headers: new Headers({ 'content-type': type }),
  text: typeof body === 'string' ? body : JSON.stringify(body),
});
const missing = answer(404);
const rules = (...answers: Answer[]) => checkServerMetadata(ISSUER, answers).map(({ rule }) => rule);

describe('the forms of the metadata', () => {
  it('are two for an issuer without a path and three for one with a path, in the order of clients', () => {
    expect(metadataForms(new URL(ISSUER)).map(String)).toEqual([
      'https://login.example/.well-known/oauth-authorization-server',
      'https://login.example/.well-known/openid-configuration',
    ]);
    expect(metadataForms(new URL(`${ISSUER}/realms/a/`)).map(({ pathname }) => pathname)).toEqual([
      '/.well-known/oauth-authorization-server/realms/a',
      '/.well-known/openid-configuration/realms/a',
      '/realms/a/.well-known/openid-configuration',
    ]);
  });

  it('count from the first that is a document', () => {
    const good = answer(200, METADATA);
    expect(chosenForm([missing, good])).toBe(good);
    expect(rules(missing, good)).toEqual([]);
    expect(rules(good, answer(500))).toEqual([]);
    expect(rules(good, answer(200, '<html>', 'text/html'))).toEqual([]);
    expect(chosenForm([missing])).toBeNull();
  });

  it('are refused where none exists, one fails before it, or a page is in its place', () => {
    expect(rules(missing, missing)).toEqual(['server.not-found']);
    expect(rules(answer(500), answer(200, METADATA))).toEqual(['server.error']);
    expect(rules(answer(200, '<html>', 'text/html'), missing)).toEqual(['server.not-json']);
  });
});

describe('the metadata', () => {
  it.each<readonly [string, Record<string, unknown>, readonly string[]]>([
    ['of another issuer', { issuer: `${ISSUER}/` }, ['server.issuer']],
    ['without a token endpoint', { token_endpoint: undefined }, ['server.endpoints']],
    ['with a relative endpoint', { authorization_endpoint: '/authorize' }, ['server.endpoints']],
    ['without the code', { response_types_supported: ['token'] }, ['server.code']],
    ['without its grant', { grant_types_supported: ['refresh_token'] }, ['server.code']],
    ['without S256', { code_challenge_methods_supported: ['plain'] }, ['server.s256']],
    ['without any method of PKCE', { code_challenge_methods_supported: undefined }, ['server.s256']],
    ['without a way to register', { registration_endpoint: undefined }, ['server.no-registration']],
    [
      'with documents, but not for public clients',
      { client_id_metadata_document_supported: true },
      ['server.cimd-none'],
    ],
    [
      'with documents for public clients',
      { client_id_metadata_document_supported: true, token_endpoint_auth_methods_supported: ['none'] },
      [],
    ],
    ['without refresh', { grant_types_supported: ['authorization_code'] }, ['server.refresh']],
    ['without iss', { authorization_response_iss_parameter_supported: undefined }, ['server.iss']],
  ])('%s is judged so', (_what, change, expected) => {
    expect(rules(answer(200, { ...METADATA, ...change }))).toEqual(expected);
  });

  it('of another type or with forms that differ is named', () => {
    expect(rules(answer(200, METADATA, 'text/plain'))).toEqual(['server.content-type']);
    const other = answer(200, { ...METADATA, token_endpoint: `${ISSUER}/oauth/token` });
    expect(rules(answer(200, METADATA), other)).toEqual(['server.forms-differ']);
  });
});
