import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

const MINUTE_MS = 60_000;

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const GRANT = { organizationId: 'org_initech', connectorId: 'con_guarded', resourcePath: '/initech/guarded/mcp' };
const ask = (bearer: string, request = legacyRequest('tools/list'), path = '/initech/guarded/mcp') =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, authorization: `Bearer ${bearer}` },
  });
const tokenOf = (proof: { signedInAt: Date | null; secondFactor: boolean }, change = {}) =>
  edge.tokens.token(edge.tokens.grant({ ...GRANT, ...proof, ...change }));
const now = () => new Date();

describe('a connector that demands a second factor and a recent sign-in', () => {
  it.each([
    ['given by a password alone', () => ({ signedInAt: now(), secondFactor: false })],
    ['given by an older sign-in', () => ({ signedInAt: new Date(Date.now() - 31 * MINUTE_MS), secondFactor: true })],
    ['given before demands existed', () => ({ signedInAt: null, secondFactor: false })],
  ])('refuses the token of a grant %s with a challenge that makes its client authorize again', async (_what, proof) => {
    for (const request of [legacyRequest('tools/list'), modernRequest('server/discover')]) {
      const response = await ask(await tokenOf(proof()), request);
      expect(response.status).toBe(401);
      const challenge = response.headers.get('www-authenticate') ?? '';
      expect(challenge).toContain('error="invalid_token"');
      expect(challenge).toContain(
        `resource_metadata="${edge.origin}/.well-known/oauth-protected-resource/initech/guarded/mcp"`,
      );
      expect(await response.json()).toMatchObject({ error: { data: { code: 'mcp.demand_unmet', reason: 'demand' } } });
    }
  });

  it('refuses an API key, also of an owner, unless an owner listed it', async () => {
    const response = await ask('pbk_mcp_initech');
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ error: { data: { code: 'mcp.key_not_exempt' } } });
    expect((await ask('pbk_mcp_listed')).status).toBe(200);
  });

  it('accepts a token whose sign-in meets the demands, until the sign-in becomes too old', async () => {
    const token = await tokenOf({ signedInAt: now(), secondFactor: true });
    expect((await ask(token)).status).toBe(200);
    const old = await tokenOf({ signedInAt: new Date(Date.now() - 30 * MINUTE_MS - 1), secondFactor: true });
    expect((await ask(old)).status).toBe(401);
  });

  it('is not there at the organization’s URL for a caller whose sign-in does not meet the demands', async () => {
    const whole = {
      connectorId: null,
      resourcePath: '/initech/mcp',
      connectorIds: ['con_guarded', 'con_plain'],
    };
    const listsGuarded = async (bearer: string) => {
      const response = await ask(bearer, legacyRequest('tools/list'), '/initech/mcp');
      expect(response.status).toBe(200);
      return (await response.text()).includes('guarded__harmless');
    };
    expect(await listsGuarded(await tokenOf({ signedInAt: now(), secondFactor: false }, whole))).toBe(false);
    expect(await listsGuarded('pbk_mcp_initech')).toBe(false);
    expect(await listsGuarded(await tokenOf({ signedInAt: now(), secondFactor: true }, whole))).toBe(true);
    expect(await listsGuarded('pbk_mcp_listed')).toBe(true);
  });
});
