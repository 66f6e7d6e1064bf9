import type { ApiKey, VerifiedApiKey } from '@patchbay/domain/api-keys';
import { NO_DEMANDS } from '@patchbay/domain/connectors';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { describe, expect, it } from 'vitest';
import type { AnonymousCaller, ApiKeyCaller, TokenCaller, VerifiedCaller } from '../context/verified-caller.ts';
import { type AskedUrl, admit } from './authenticate.ts';

const ENDPOINT = {
  organizationId: 'org_acme',
  connectorId: 'con_weather',
  versionId: 'ver_1',
  authMode: 'oauth',
  demands: NO_DEMANDS,
  resource: '/acme/weather/mcp',
} as Endpoint; // all that the rules read

const AUDIENCE = 'https://patchbay.example/acme/weather/mcp';
const NOW = new Date('2026-11-30T12:00:00Z');
const AT: AskedUrl = { kind: 'connector', audiences: [AUDIENCE], now: NOW };
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
  audience: AUDIENCE,
  organizationId: 'org_acme',
  connectorId: 'con_weather',
  versionId: null,
  connectorIds: [],
  person: PERSON,
  roles: ['member'],
  groups: [],
  proof: { signedInAt: NOW, secondFactor: false },
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
    expect(refusalOf(NOBODY, { ...ENDPOINT, authMode: 'api_key' })).toBe('mcp.token_missing');
    expect(refusalOf(NOBODY, { ...ENDPOINT, authMode: 'none' })).toBeNull();
  });

  it('refuses a key of another organization, and one that does not list the connector', () => {
    expect(refusalOf(keyCaller({ organizationId: 'org_other' }))).toBe('mcp.wrong_audience');
    expect(refusalOf(keyCaller({}, ['con_other']))).toBe('mcp.connector_not_listed');
    expect(refusalOf(keyCaller({}, ['con_weather']))).toBeNull();
  });

  it('refuses a token for every URL but exactly the one it names', () => {
    const others = ['https://patchbay.example/acme/mcp', 'https://patchbay.example/acme/weather@1/mcp'];
    for (const audience of [...others, 'https://other.example/acme/weather/mcp', `${AUDIENCE}/`]) {
      expect(refusalOf({ ...TOKEN, audience }), audience).toBe('mcp.wrong_audience');
    }
    expect(refusalOf(TOKEN)).toBeNull();
  });

  it('refuses a token whose URL matches while its ids do not: the URL came to name another record', () => {
    expect(refusalOf({ ...TOKEN, organizationId: 'org_before' })).toBe('mcp.wrong_audience');
    expect(refusalOf({ ...TOKEN, connectorId: 'con_before' })).toBe('mcp.wrong_audience');
    expect(refusalOf({ ...TOKEN, versionId: 'ver_1' })).toBe('mcp.wrong_audience');
  });

  it('accepts a token under an earlier name of the connector only where that name was asked for', () => {
    const renamed = { ...TOKEN, audience: 'https://patchbay.example/acme/forecast/mcp' };
    expect(refusalOf(renamed)).toBe('mcp.wrong_audience');
    expect(refusalOf(renamed, ENDPOINT, { ...AT, audiences: [AUDIENCE, renamed.audience] })).toBeNull();
  });

  it('refuses a token for one connector at the URL of the organization, and the reverse', () => {
    const atOrganization: AskedUrl = { kind: 'organization', audiences: [AUDIENCE], now: NOW };
    const whole = { ...TOKEN, connectorId: null, connectorIds: ['con_weather'] };
    expect(refusalOf(TOKEN, ENDPOINT, atOrganization)).toBe('mcp.wrong_audience');
    expect(refusalOf(whole)).toBe('mcp.wrong_audience');
    expect(refusalOf(whole, ENDPOINT, atOrganization)).toBeNull();
    expect(refusalOf({ ...whole, connectorIds: ['con_other'] }, ENDPOINT, atOrganization)).toBe(
      'mcp.connector_not_listed',
    );
  });

  it.each([
    ['oauth', 'mcp.token_missing', null, null],
    ['api_key', 'mcp.token_missing', null, 'mcp.key_required'],
    ['none', null, null, null],
  ] as const)(
    'with auth mode %s: an anonymous caller gets %s, a key %s, a token %s',
    (authMode, nobody, key, token) => {
      const endpoint = { ...ENDPOINT, authMode };
      expect([refusalOf(NOBODY, endpoint), refusalOf(keyCaller(), endpoint), refusalOf(TOKEN, endpoint)]).toEqual([
        nobody,
        key,
        token,
      ]);
    },
  );

  it('hides a preview from members, whatever proves them, and shows it to developers', () => {
    const preview: AskedUrl = { ...AT, kind: 'preview' };
    const token = { ...TOKEN, versionId: 'ver_1' };
    expect(refusalOf(keyCaller(), ENDPOINT, preview)).toBe('mcp.endpoint_not_found');
    expect(refusalOf(token, ENDPOINT, preview)).toBe('mcp.endpoint_not_found');
    expect(refusalOf(keyCaller({ roles: ['developer'] }), ENDPOINT, preview)).toBeNull();
    expect(refusalOf({ ...token, roles: ['developer'] }, ENDPOINT, preview)).toBeNull();
    expect(refusalOf({ ...TOKEN, roles: ['developer'] }, ENDPOINT, preview)).toBe('mcp.wrong_audience');
  });

  it('distinguishes the OAuth client and the credential of a caller', () => {
    expect(admit(keyCaller(), ENDPOINT, AT)).toMatchObject({ clientId: null, credentialId: 'key_1', grantId: null });
    const token = admit(TOKEN, ENDPOINT, AT);
    expect(token).toMatchObject({ clientId: TOKEN.clientId, credentialId: 'grt_1', grantId: 'grt_1' });
    const open = admit(NOBODY, { ...ENDPOINT, authMode: 'none' }, AT);
    expect(open).toMatchObject({ clientId: null, credentialId: null, resource: '/acme/weather/mcp' });
  });

  const SECOND_FACTOR = { ...NO_DEMANDS, secondFactor: true };
  const FRESH = { ...NO_DEMANDS, signInMinutes: 30 };
  const proved = { ...TOKEN, proof: { signedInAt: NOW, secondFactor: true } };
  const stale = { ...TOKEN, proof: { signedInAt: new Date(NOW.getTime() - 31 * 60_000), secondFactor: true } };

  it.each([
    ['nothing', NO_DEMANDS, null, null, null],
    ['a second factor', SECOND_FACTOR, 'mcp.demand_unmet', null, 'mcp.key_not_exempt'],
    ['a recent sign-in', FRESH, null, 'mcp.demand_unmet', 'mcp.key_not_exempt'],
    ['both', { ...FRESH, secondFactor: true }, 'mcp.demand_unmet', 'mcp.demand_unmet', 'mcp.key_not_exempt'],
  ] as const)(
    'where a connector demands %s, a token of a password alone, one of an old sign-in and a key get their answers',
    (_what, demands, byPassword, byOldSignIn, byKey) => {
      const endpoint = { ...ENDPOINT, demands };
      expect([refusalOf(TOKEN, endpoint), refusalOf(stale, endpoint), refusalOf(keyCaller(), endpoint)]).toEqual([
        byPassword,
        byOldSignIn,
        byKey,
      ]);
      expect(refusalOf(proved, endpoint)).toBeNull();
      const listed = { ...endpoint, demands: { ...demands, exemptKeys: ['key_1'] } };
      expect(refusalOf(keyCaller(), listed)).toBeNull();
    },
  );

  it('counts the same person under the same limit, whatever proves them', () => {
    expect(admit(keyCaller(), ENDPOINT, AT).limitKey).toBe(admit(TOKEN, ENDPOINT, AT).limitKey);
  });
});
