import { createHmac, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { GrantFacts } from '@patchbay/domain/grants';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { generateKeyPair } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';
import { CLIENT_ID, claimsOf, type GivenTokens, handmade } from '../given-tokens.ts';

let edge: EdgeFixture;
let tokens: GivenTokens;
let grant: GrantFacts;
beforeAll(async () => {
  edge = await startEdge();
  tokens = edge.tokens;
});
afterAll(() => edge.close());
beforeEach(() => {
  tokens.aheadMs = 0;
  edge.invocations.length = 0;
  grant = tokens.grant();
});

const LIST = legacyRequest('tools/list');
const ask = (token: string, path = '/acme/weather/mcp', request: ReturnType<typeof legacyRequest> = LIST) =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${token}` },
  });

interface Refusal {
  readonly jsonrpc: string;
  readonly id: unknown;
  readonly error: { readonly data: Readonly<Record<string, unknown>> };
}

/** Asserts the refusal and that the metric counted its reason, and nothing else. */
const CODES: Readonly<Record<string, string>> = {
  expired: 'mcp.access_token_expired',
  grant: 'mcp.grant_ended',
  grant_ended: 'mcp.grant_ended',
  audience: 'mcp.wrong_audience',
  organization: 'mcp.wrong_audience',
  connector: 'mcp.wrong_audience',
  version: 'mcp.wrong_audience',
};

async function expectRefused(token: string, reason: string, path?: string): Promise<Refusal['error']['data']> {
  const before = await edge.tokenRefusals();
  const response = await ask(token, path);
  const { id, error } = (await response.json()) as Refusal;
  const code = CODES[reason] ?? 'mcp.access_token_invalid';
  expect([response.status, id, error.data.code, error.data.reason]).toEqual([401, null, code, reason]);
  expect(response.headers.get('www-authenticate'), reason).toMatch(/^Bearer .*error="invalid_token"/);
  expect(edge.invocations).toEqual([]);
  expect(await edge.tokenRefusals()).toEqual({ ...before, [reason]: (before[reason] ?? 0) + 1 });
  return error.data;
}

const seconds = (ahead: number) => Math.floor(Date.now() / 1_000) + ahead;

describe('an access token', () => {
  it('a token without a signature is refused, whatever it calls its algorithm', async () => {
    const claims = claimsOf(await tokens.token(grant));
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      await expectRefused(handmade({ alg, typ: 'at+jwt', kid: tokens.publicKey.kid }, claims), 'algorithm');
    }
    await expectRefused(handmade({ alg: 'ES256', typ: 'at+jwt', kid: tokens.publicKey.kid }, claims), 'signature');
  });

  it('a token signed by HMAC with the public key is refused', async () => {
    const claims = claimsOf(await tokens.token(grant));
    const jwk = JSON.stringify(tokens.publicKey);
    const pem = createPublicKey({ key: tokens.publicKey, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
    for (const secret of [jwk, pem, String(tokens.publicKey.x)]) {
      const unsigned = handmade({ alg: 'HS256', typ: 'at+jwt', kid: tokens.publicKey.kid }, claims).slice(0, -1);
      const signature = createHmac('sha256', secret).update(unsigned).digest('base64url');
      await expectRefused(`${unsigned}.${signature}`, 'algorithm');
    }
  });

  it('a token that brings or names its own key is refused', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    for (const header of [{ jwk }, { jku: `${edge.origin}/jwks` }, { x5u: `${edge.origin}/cert` }]) {
      await expectRefused(await tokens.token(grant, { header, key: privateKey }), 'signature');
    }
    await expectRefused(await tokens.token(grant, { header: { kid: 'key-2' }, key: privateKey }), 'key');
    await expectRefused(await tokens.token(grant, { header: { kid: 'key-2' } }), 'key');
    await expectRefused(await tokens.token(grant, { header: { kid: undefined } }), 'key');
  });

  it('a token of another type is refused, though our key signed it', async () => {
    for (const typ of ['JWT', 'oauth-id-jag+jwt', 'dpop+jwt', undefined]) {
      await expectRefused(await tokens.token(grant, { header: { typ } }), 'type');
    }
  });

  it('a token of another issuer is refused, also one whose name only looks the same', async () => {
    const { origin } = edge;
    for (const iss of [
      'https://evil.example',
      `${origin}/`,
      origin.toUpperCase(),
      `${origin}.evil.example`,
      undefined,
    ]) {
      await expectRefused(await tokens.token(grant, { claims: { iss } }), 'issuer');
    }
  });

  it('an expired token is refused, and one that is not valid yet', async () => {
    await expectRefused(await tokens.token(grant, { claims: { exp: seconds(-1) } }), 'expired');
    await expectRefused(await tokens.token(grant, { claims: { nbf: seconds(60) } }), 'not_yet_valid');
    const token = await tokens.token(grant, { claims: { exp: seconds(60) } });
    expect((await ask(token)).status).toBe(200);
    tokens.aheadMs = 61_000;
    await expectRefused(token, 'expired');
  });

  it('a token without the claims of an access token is refused', async () => {
    for (const claim of ['exp', 'aud', 'sub', 'client_id', 'organization_id', 'grant_id']) {
      await expectRefused(await tokens.token(grant, { claims: { [claim]: undefined } }), 'malformed');
    }
    const aud = [`${edge.origin}/acme/weather/mcp`, 'https://other.example'];
    await expectRefused(await tokens.token(grant, { claims: { aud } }), 'malformed');
    await expectRefused(`${await tokens.token(grant)}${'A'.repeat(5_000)}`, 'malformed');
    await expectRefused('e30.e30.e30', 'malformed');
    const critical = { alg: 'ES256', typ: 'at+jwt', kid: tokens.publicKey.kid, crit: ['x'], x: 1 };
    await expectRefused(handmade(critical, claimsOf(await tokens.token(grant)), 'AAAA'), 'malformed');
  });

  it('a token whose bytes were changed is refused, also after the right one was verified', async () => {
    const token = await tokens.token(grant);
    expect((await ask(token)).status).toBe(200);
    const [head = '', body = '', signature = ''] = token.split('.');
    const other = Buffer.from(JSON.stringify({ ...claimsOf(token), sub: 'psn_eve' })).toString('base64url');
    await expectRefused(`${head}.${other}.${signature}`, 'signature');
    const flipped = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    await expectRefused(`${head}.${body}.${flipped}`, 'signature');
  });

  it('a token ends with its grant, though it has not expired', async () => {
    const token = await tokens.token(grant);
    expect((await ask(token)).status).toBe(200);
    tokens.end(grant);
    await expectRefused(token, 'grant_ended');
    tokens.grants.set(grant.id, { ...grant, expiresAt: new Date() });
    await expectRefused(token, 'grant_ended');
    tokens.grants.delete(grant.id);
    await expectRefused(token, 'grant');
  });

  it('an answer outlasts its token for a while, and neither its grant nor that while', async () => {
    const token = await tokens.token(grant, { claims: { exp: seconds(60) } });
    const past = STREAM_LIMITS.streamPastToken.value;
    tokens.aheadMs = 61_000;
    await expect(tokens.verification.verify(token, 0)).rejects.toMatchObject({ data: { reason: 'expired' } });
    expect(await tokens.verification.verify(token, past)).toMatchObject({ credentialId: grant.id });
    tokens.aheadMs = 61_000 + past;
    await expect(tokens.verification.verify(token, past)).rejects.toMatchObject({ data: { reason: 'expired' } });
    tokens.aheadMs = 61_000;
    tokens.end(grant);
    await expect(tokens.verification.verify(token, past)).rejects.toMatchObject({ data: { reason: 'grant_ended' } });
  });

  it('a token ends with the key that signed it, though its signature was verified before', async () => {
    const token = await tokens.token(grant);
    expect((await ask(token)).status).toBe(200);
    tokens.useKey(false);
    await expectRefused(token, 'key');
    await expectRefused(await tokens.token(grant, { claims: { jti: 'another' } }), 'key');
    tokens.useKey(true);
    expect((await ask(token)).status).toBe(200);
  });

  it('a token that does not agree with its grant is refused', async () => {
    const others = [
      { sub: 'psn_eve' },
      { client_id: 'https://evil.example/client.json' },
      { organization_id: 'org_globex' },
      { connector_id: 'con_open' },
      { connector_id: undefined },
      { version_id: 'ver_3' },
    ];
    for (const claims of others) await expectRefused(await tokens.token(grant, { claims }), 'grant_mismatch');
  });

  it('no look-up of a grant follows from a token that is not ours', async () => {
    tokens.lookups.length = 0;
    const { privateKey } = await generateKeyPair('ES256');
    await expectRefused(await tokens.token(grant, { key: privateKey }), 'signature');
    await expectRefused('e30.e30.e30', 'malformed');
    expect(tokens.lookups).toEqual([]);
  });
});

describe('an access token at another URL than its own', () => {
  it('a token of one URL is refused at every other one', async () => {
    const { origin } = edge;
    const live = await tokens.token(grant);
    const developer = tokens.grant({ roles: ['developer'] });
    for (const path of ['/acme/mcp', '/globex/weather/mcp', '/acme/open/mcp']) {
      await expectRefused(live, 'audience', path);
    }
    await expectRefused(await tokens.token(developer), 'audience', '/acme/weather@3/mcp');
    for (const aud of [origin, `${origin}/`, `${origin}/acme/weather/mcp/`, 'https://other.example/acme/weather/mcp']) {
      await expectRefused(await tokens.token(grant, { claims: { aud } }), 'audience');
    }
    const whole = tokens.grant({ resourcePath: '/acme/mcp', connectorId: null, connectorIds: ['con_weather'] });
    await expectRefused(await tokens.token(whole), 'audience');
  });

  it('a token whose URL matches while its ids do not is refused: the URL came to name another record', async () => {
    const before = tokens.grant({ organizationId: 'org_before' });
    await expectRefused(await tokens.token(before), 'organization');
    await expectRefused(await tokens.token(tokens.grant({ connectorId: 'con_before' })), 'connector');
    await expectRefused(
      await tokens.token(tokens.grant({ connectorId: null, connectorIds: ['con_weather'] })),
      'connector',
    );
    await expectRefused(await tokens.token(tokens.grant({ versionId: 'ver_3' })), 'version');
    const preview = { resourcePath: '/acme/weather@3/mcp', roles: ['developer' as const] };
    await expectRefused(await tokens.token(tokens.grant(preview)), 'version', '/acme/weather@3/mcp');
    const other = tokens.grant({ ...preview, versionId: 'ver_2' });
    await expectRefused(await tokens.token(other), 'version', '/acme/weather@3/mcp');
  });

  it('a preview is hidden from members who signed in there, and answers those who may activate it', async () => {
    const preview = { resourcePath: '/acme/weather@3/mcp', versionId: 'ver_3' };
    const member = await ask(await tokens.token(tokens.grant(preview)), '/acme/weather@3/mcp');
    expect([member.status, member.headers.get('www-authenticate')]).toEqual([404, null]);
    const developer = tokens.grant({ ...preview, roles: ['developer'] });
    expect((await ask(await tokens.token(developer), '/acme/weather@3/mcp')).status).toBe(200);
  });

  it('a connector that takes API keys only refuses a token, and names no way to sign in', async () => {
    const change = { organizationId: 'org_globex', connectorId: 'con_keys', resourcePath: '/globex/keys/mcp' };
    const response = await ask(await tokens.token(tokens.grant(change)), '/globex/keys/mcp');
    const { error } = (await response.json()) as Refusal;
    expect([response.status, error.data.code]).toEqual([401, 'mcp.key_required']);
    expect(response.headers.get('www-authenticate')).not.toContain('resource_metadata');
    expect((await ask('pbk_mcp_globex', '/globex/keys/mcp')).status).toBe(200);
  });
});

describe('a caller with an access token', () => {
  it('every kind of request is answered, in both eras, with and without a final slash', async () => {
    const token = await tokens.token(grant);
    for (const path of ['/acme/weather/mcp', '/acme/weather/mcp/', '/ACME/weather/mcp']) {
      expect([path, (await ask(token, path)).status]).toEqual([path, 200]);
      expect((await ask(token, path, modernRequest('server/discover'))).status).toBe(200);
    }
  });

  it('the connector learns who calls, and nothing of the token', async () => {
    const groups = [{ id: 'grp_1', name: 'forecasters' }];
    const token = await tokens.token(tokens.grant({ groups }));
    await ask(token, undefined, modernRequest('tools/call', { name: 'harmless', arguments: {} }));
    const [invocation] = edge.invocations;
    expect(invocation?.context).toMatchObject({
      user: { id: 'psn_anna', email: 'anna@acme.example', name: 'Anna' },
      roles: ['member'],
      groups: ['forecasters'],
    });
    const sent = JSON.stringify(invocation);
    for (const secret of [token.slice(0, 40), CLIENT_ID, 'grt_']) expect(sent).not.toContain(secret);
    expect(edge.usage.at(-1)).toMatchObject({ principal: { kind: 'person', id: 'psn_anna' }, outcome: 'complete' });
  });

  it('the organization’s URL shows the connectors of the grant and none that was enabled later', async () => {
    const whole = tokens.grant({ resourcePath: '/acme/mcp', connectorId: null, connectorIds: ['con_open'] });
    const response = await ask(await tokens.token(whole), '/acme/mcp');
    const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
    expect(result.tools.length).toBeGreaterThan(0);
    expect(result.tools.every(({ name }) => name.startsWith('open__'))).toBe(true);
    const call = modernRequest('tools/call', { name: 'weather__harmless', arguments: {} });
    expect(await (await ask(await tokens.token(whole), '/acme/mcp', call)).json()).toMatchObject({
      error: { code: -32602 },
    });
    expect(edge.invocations).toEqual([]);
  });

  it('the organization’s URL leaves out a connector that takes API keys only', async () => {
    const globex = { organizationId: 'org_globex', resourcePath: '/globex/mcp', connectorId: null };
    const whole = tokens.grant({ ...globex, connectorIds: ['con_weather', 'con_keys'] });
    const { result } = (await (await ask(await tokens.token(whole), '/globex/mcp')).json()) as {
      result: { tools: { name: string }[] };
    };
    expect(new Set(result.tools.map(({ name }) => name.split('__', 1).join('')))).toEqual(new Set(['weather']));
    const none = await ask(await tokens.token(tokens.grant({ ...globex, connectorIds: [] })), '/globex/mcp');
    expect(none.status).toBe(403);
  });

  it('a session belongs to the grant that opened it: another client of the same person cannot continue it', async () => {
    const opening = legacyRequest('initialize', { protocolVersion: '2025-11-25', capabilities: {} });
    const opened = await ask(await tokens.token(grant), undefined, opening);
    const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' };
    const inSession = (token: string) =>
      ask(token, undefined, { ...LIST, headers: { ...LIST.headers, ...session } as typeof LIST.headers });
    const other = tokens.grant({ clientId: 'https://other.example/client.json' });
    expect((await inSession(await tokens.token(other))).status).toBe(404);
    expect((await inSession('pbk_mcp_owner')).status).toBe(404);
    // A refreshed token of the same grant.
    expect((await inSession(await tokens.token(grant, { claims: { jti: 'refreshed' } }))).status).toBe(200);
  });
});
