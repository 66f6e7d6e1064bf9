import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asMember, asOwner, type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const initialize = legacyRequest('initialize', {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 's', version: '1' },
});
const post = (path: string, headers: Record<string, string> = {}, request = initialize) =>
  fetch(`${edge.origin}${path}`, { method: 'POST', body: request.body, headers: { ...request.headers, ...headers } });

describe('POST /{organization}/{connector}/mcp', () => {
  it('an MCP endpoint answers a stranger 401 with a challenge before any JSON-RPC, initialize included', async () => {
    for (const request of [initialize, modernRequest('server/discover'), { ...initialize, body: 'not JSON' }]) {
      const response = await post('/acme/weather/mcp', {}, request);
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer resource_metadata="/);
    }
  });

  it.each([
    ['an unknown key', 'Bearer pbk_mcp_nobody', 401],
    ['another scheme', 'Basic cGJrOm1jcA==', 401],
    ['a key of another organization', 'Bearer pbk_mcp_globex', 401, 'mcp.wrong_audience'],
    ['a key for another connector', 'Bearer pbk_mcp_other', 403, 'mcp.connector_not_listed'],
  ])('an MCP endpoint refuses %s', async (_what, authorization, status, code = expect.any(String)) => {
    const response = await post('/acme/weather/mcp', { authorization });
    expect(response.status).toBe(status);
    if (status === 401) expect(response.headers.get('www-authenticate')).toContain('error="invalid_token"');
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { data: { code, requestId: response.headers.get('request-id') } },
    });
  });

  it.each([
    '/acme/nothing/mcp',
    '/nobody/weather/mcp',
    '/acme/wea--ther@x/mcp',
    '/acme/weather@0/mcp',
    '/acme/-weather/mcp',
  ])('the MCP URL %s is answered with 404', async (path) => {
    expect((await post(path, asOwner)).status).toBe(404);
  });

  it('an MCP endpoint answers with and without a final slash, in any case of the organization’s slug', async () => {
    for (const path of ['/acme/weather/mcp', '/acme/weather/mcp/', '/ACME/weather/mcp', '/Acme/weather/mcp/']) {
      const response = await post(path, asMember);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.json()).toMatchObject({
        result: { protocolVersion: '2025-11-25', serverInfo: { name: 'weather' } },
      });
    }
    expect((await post('/acme/Weather/mcp', asMember)).status).toBe(404);
  });

  it('anyone may call a public connector, but not with a wrong key', async () => {
    expect((await post('/acme/open/mcp')).status).toBe(200);
    expect((await post('/acme/open/mcp', { authorization: 'Bearer pbk_mcp_nobody' })).status).toBe(401);
  });

  it('an MCP endpoint answers 405 to GET and DELETE, after authentication', async () => {
    for (const method of ['GET', 'DELETE']) {
      expect((await fetch(`${edge.origin}/acme/weather/mcp`, { method })).status).toBe(401);
      const response = await fetch(`${edge.origin}/acme/weather/mcp`, { method, headers: asOwner });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('an MCP endpoint shows a browser a page with 401 and never redirects it', async () => {
    const response = await fetch(`${edge.origin}/acme/weather/mcp`, {
      redirect: 'manual',
      headers: { accept: 'text/html,*/*' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
    const page = await response.text();
    const command = `claude mcp add --transport http weather ${edge.origin}/acme/weather/mcp`;
    expect(page).toContain('Choose your client');
    expect(page).toContain(command);
    expect(page).not.toContain('--header');
    const keyed = await fetch(`${edge.origin}/globex/keys/mcp`, { headers: { accept: 'text/html' } });
    expect(await keyed.text()).toContain('/globex/keys/mcp --header');
    // Nothing of it leads to another page of the installation, so it never names one that does not exist.
    expect(page).not.toMatch(/href="(\/|http:\/\/localhost)/);
    const open = await fetch(`${edge.origin}/acme/open/mcp`, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([open.status, open.headers.get('content-type')]).toEqual([405, 'text/html; charset=utf-8']);
    expect(await open.text()).not.toContain('API key');
  });

  it('an MCP endpoint refuses other content types, bodies over 4 MiB and what is not JSON', async () => {
    expect((await post('/acme/open/mcp', { 'content-type': 'text/plain' })).status).toBe(415);
    const large = { ...initialize, body: `"${'x'.repeat(4 * 1024 * 1024)}"` };
    expect((await post('/acme/open/mcp', {}, large)).status).toBe(413);
    const broken = await post('/acme/open/mcp', {}, { ...initialize, body: '{"jsonrpc":' });
    expect([broken.status, await broken.json()]).toMatchObject([400, { error: { code: -32700 } }]);
  });
});

describe('POST /{organization}/{connector}@{number}/mcp', () => {
  it('a preview URL answers 401 to strangers whether or not the version exists', async () => {
    for (const path of ['/acme/weather@3/mcp', '/acme/weather@99/mcp', '/acme/nothing@1/mcp']) {
      expect([path, (await post(path)).status]).toEqual([path, 401]);
    }
  });

  it('a preview URL answers 404 to members, and serves those who may activate the version', async () => {
    expect((await post('/acme/weather@3/mcp', asMember)).status).toBe(404);
    expect((await post('/acme/weather@3/mcp', asOwner)).status).toBe(200);
    expect((await post('/acme/weather@99/mcp', asOwner)).status).toBe(404);
  });
});
