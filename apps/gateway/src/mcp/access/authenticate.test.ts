import type { ApiKey, VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import type { AnonymousCaller, ApiKeyCaller, TokenCaller, VerifiedCaller } from '../context/verified-caller.ts';
import { type AskedUrl, admit } from './authenticate.ts';

const ENDPOINT = {
  organizationId: 'org_acme',
  connectorId: 'con_weather',
  authMode: 'api_key',
  resource: '/acme/weather/mcp',
} as Endpoint; // all that the rules read

const AT: AskedUrl = { audience: 'https://patchbay.example/acme/weather/mcp', preview: false };
const PERSON = { id: 'psn_anna', email: 'anna@acme.example', name: 'Anna' };

function keyCaller(change: Partial<VerifiedApiKey> = {}, connectorIds: readonly string[] = ['*']): ApiKeyCaller {
  const apiKey = { id: 'key_1', personId: PERSON.id, serviceAccountId: null, connectorIds, scopes: [] };
  const key = {
    organizationId: 'org_acme',
    roles: ['member'],
    groups: [],
    person: PERSON,
    ...change,
    apiKey: apiKey as never,
  };
  return { kind: 'api_key', credentialId: 'key_1', key: key as VerifiedApiKey & { apiKey: ApiKey } };
}

const TOKEN: TokenCaller = {
  kind: 'token',
  credentialId: 'grt_1',
  clientId: 'https://claude.ai/oauth/client.json',
  audience: AT.audience,
  organizationId: 'org_acme',
  connectorIds: ['con_weather'],
  person: PERSON,
  roles: ['member'],
  groups: [],
  scopes: ['tools:read'],
};
const NOBODY: AnonymousCaller = { kind: 'anonymous', credentialId: null, address: '198.51.100.1' };

function refusalOf(caller: VerifiedCaller, endpoint = ENDPOINT, asked = AT): string | null {
  try {
    admit(caller, endpoint, asked);
    return null;
  } catch (error) {
    return error instanceof AppError ? error.code : String(error);
  }
}

describe('admit', () => {
  it('refuses an anonymous caller unless the connector declares public access', () => {
    expect(refusalOf(NOBODY)).toBe('mcp.token_missing');
    expect(refusalOf(NOBODY, { ...ENDPOINT, authMode: 'none' })).toBeNull();
  });

  it('refuses a key of another organization, and one that does not list the connector', () => {
    expect(refusalOf(keyCaller({ organizationId: 'org_other' }))).toBe('mcp.wrong_audience');
    expect(refusalOf(keyCaller({}, ['con_other']))).toBe('mcp.connector_not_listed');
    expect(refusalOf(keyCaller({}, ['con_weather']))).toBeNull();
  });

  it('refuses a token for every URL but exactly the one it names', () => {
    const others = ['https://patchbay.example/acme/mcp', 'https://patchbay.example/acme/weather@1/mcp'];
    for (const audience of [...others, 'https://other.example/acme/weather/mcp', `${AT.audience}/`]) {
      expect(refusalOf({ ...TOKEN, audience }), audience).toBe('mcp.wrong_audience');
    }
    expect(refusalOf(TOKEN)).toBeNull();
  });

  it('refuses a token whose URL matches while its ids do not: the URL came to name another record', () => {
    expect(refusalOf({ ...TOKEN, organizationId: 'org_before' })).toBe('mcp.wrong_audience');
    expect(refusalOf({ ...TOKEN, connectorIds: ['con_before'] })).toBe('mcp.connector_not_listed');
  });

  it('hides a preview from members, whatever proves them, and shows it to developers', () => {
    const preview = { ...AT, preview: true };
    expect(refusalOf(keyCaller(), ENDPOINT, preview)).toBe('mcp.endpoint_not_found');
    expect(refusalOf(TOKEN, ENDPOINT, preview)).toBe('mcp.endpoint_not_found');
    expect(refusalOf(keyCaller({ roles: ['developer'] }), ENDPOINT, preview)).toBeNull();
    expect(refusalOf({ ...TOKEN, roles: ['developer'] }, ENDPOINT, preview)).toBeNull();
  });

  it('distinguishes the OAuth client and the credential of a caller', () => {
    expect(admit(keyCaller(), ENDPOINT, AT)).toMatchObject({ clientId: null, credentialId: 'key_1' });
    expect(admit(TOKEN, ENDPOINT, AT)).toMatchObject({ clientId: TOKEN.clientId, credentialId: 'grt_1' });
    const open = admit(NOBODY, { ...ENDPOINT, authMode: 'none' }, AT);
    expect(open).toMatchObject({ clientId: null, credentialId: null, resource: '/acme/weather/mcp' });
  });

  it('counts the same person under the same limit, whatever proves them', () => {
    expect(admit(keyCaller(), ENDPOINT, AT).limitKey).toBe(admit(TOKEN, ENDPOINT, AT).limitKey);
  });
});
