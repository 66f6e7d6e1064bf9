import { describe, expect, it } from 'vitest';
import { admitRegistration, shownName } from './client-metadata.ts';

const CALLBACK = 'https://claude.ai/api/mcp/auth_callback';
const problemOf = (body: unknown) => {
  const admission = admitRegistration(body);
  return 'problem' in admission ? admission.problem : null;
};

describe('admitRegistration', () => {
  it.each([
    [{}],
    [{ redirect_uris: [] }],
    [{ redirect_uris: ['javascript:alert(1)'] }],
    [{ redirect_uris: [CALLBACK, 'http://evil.example/'] }],
    [{ redirect_uris: Array.from({ length: 11 }, (_, index) => `${CALLBACK}${index}`) }],
    [{ redirect_uris: [CALLBACK], client_name: 'x'.repeat(9_000) }],
    [{ redirect_uris: [CALLBACK], grant_types: ['client_credentials'] }],
    [{ redirect_uris: [CALLBACK], grant_types: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] }],
    [{ redirect_uris: [CALLBACK], response_types: ['token'] }],
    [{ redirect_uris: [CALLBACK], token_endpoint_auth_method: 'tls_client_auth' }],
    [null],
    ['text'],
  ])('a registration with %j is not admitted', (body) => {
    expect(problemOf(body)).not.toBeNull();
  });

  it('a registration never obtains a grant type that needs no person', () => {
    const admission = admitRegistration({
      redirect_uris: [CALLBACK],
      grant_types: ['authorization_code', 'client_credentials', 'urn:ietf:params:oauth:grant-type:jwt-bearer'],
    });
    expect(admission).toMatchObject({ metadata: { grant_types: ['authorization_code'] } });
  });

  it('a registration is not pinned to the scope it names, and keeps no field that is not known', () => {
    const admission = admitRegistration({
      redirect_uris: [CALLBACK],
      scope: 'tools:read',
      jwks_uri: 'https://x.example',
    });
    expect(admission).toEqual({
      metadata: {
        client_name: 'Unnamed client',
        redirect_uris: [CALLBACK],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        token_endpoint_auth_method: 'client_secret_basic',
        application_type: 'native',
      },
    });
  });
});

it.each([
  ['Claude\u202egro.live', 'Claude gro.live'],
  ['  Two\n lines ', 'Two lines'],
  ['\u0000', 'Unnamed client'],
  [undefined, 'Unnamed client'],
])('the name %j of a client is shown as %j', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
