import { fetchAt } from '@patchbay/testing';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, startEdge } from '../edge-fixture.ts';

/** Takes the place of the authorization server, and repeats the headers that reached it. */
const REPEATING = {
  name: 'repeating',
  register: async (app: FastifyInstance) => {
    for (const url of ['/token', '/register', '/revoke', '/jwks', '/authorize', '/.well-known/openid-configuration']) {
      app.all(url, async ({ headers }) => headers);
    }
  },
};

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge([REPEATING]);
});
afterAll(() => edge.close());

const EVIL = 'https://evil.example';
const as = (method: string, path: string, headers: Record<string, string> = {}) =>
  fetchAt(`${edge.origin}${path}`, { method, headers: { host: new URL(edge.origin).host, origin: EVIL, ...headers } });
const PUBLIC = ['/token', '/register', '/revoke', '/jwks', '/.well-known/openid-configuration'];
const PREFLIGHT = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' };

describe('pages of other sites', () => {
  it.each([
    '/authorize',
    '/token/',
    '/%74oken',
    '/acme/weather/mcp',
    '/acme/open/mcp',
    '/acme/mcp',
    '/api/v1/me',
    '/api/auth/get-session',
    '/dashboard',
    '/-/setup/x',
    '/-/docs/',
    '/',
  ])('%s refuses pages of other sites, preflights included', async (path) => {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const response = await as(method, path, PREFLIGHT);
      expect([method, response.status]).toEqual([method, 403]);
      expect(await response.text()).toContain('edge.wrong_origin');
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });

  it.each(PUBLIC)('%s answers pages of other sites, without credentials', async (path) => {
    const response = await as('POST', path, { cookie: 'session=1' });
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'cross-origin-resource-policy': 'cross-origin',
    });
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it.each(PUBLIC)('%s gets no cookie, from whichever site it is asked', async (path) => {
    for (const origin of [EVIL, edge.origin, 'null']) {
      const received = await (await as('GET', path, { origin, cookie: '__Host-session=1' })).json();
      expect(received).not.toHaveProperty('cookie');
      expect(received).not.toHaveProperty('origin');
    }
  });

  it.each(PUBLIC)('%s answers a preflight without asking what is behind it', async (path) => {
    const response = await as('OPTIONS', path, PREFLIGHT);
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': 'GET, POST, OPTIONS',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
    });
  });

  it('a page of another site reads the document of an MCP endpoint, and why there is none', async () => {
    for (const [path, status] of [
      ['/acme/weather/mcp', 200],
      ['/acme/open/mcp', 404],
    ] as const) {
      const response = await as('GET', `/.well-known/oauth-protected-resource${path}`);
      expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
    }
  });

  it('another host is refused there as well', async () => {
    for (const path of PUBLIC) expect((await as('GET', path, { host: 'evil.example' })).status).toBe(403);
  });
});

describe('a token in a URL', () => {
  it('an access or refresh token in the URL is refused before anything reads it, however it is written', async () => {
    const token = await edge.tokens.token(edge.tokens.grant());
    const { headers, body } = legacyRequest('ping');
    for (const target of [
      `/acme/open/mcp?access_token=x`,
      `/acme/open/mcp?x=1&refresh_token=x`,
      `/acme/open/mcp?access%5Ftoken=x`,
      `/acme/open/mcp?%72efresh_token=x`,
      `/acme/open/mcp?token=${token}`,
      `/acme/open/mcp?${token}`,
      `/acme/open/mcp?t=a.${token}`,
      `/acme/open/mcp?t=${token.replaceAll('.', '%2E')}`,
      `/acme/open/mcp?token=${encodeURIComponent(`Bearer ${token}`)}`,
      `/token?refresh_token=x`,
    ]) {
      const response = await fetch(`${edge.origin}${target}`, { method: 'POST', headers, body });
      expect([target.slice(0, 40), response.status]).toEqual([target.slice(0, 40), 400]);
      const text = await response.text();
      expect(text).toContain('edge.token_in_url');
      expect(text).not.toContain(token);
    }
    // A token of ours is reported, without the text around it.
    expect(edge.exposed).toEqual(Array.from({ length: 5 }, () => token));
  });

  it('a refresh token or code in the URL is reported, and refused where no other code is expected', async () => {
    const opaque = 'aB3_-'.repeat(8) + 'xyz';
    const statuses = [];
    for (const target of [
      `/token?code=${opaque}`,
      `/acme/open/mcp?x=1&code=${opaque}`,
      `/api/v1/me?refresh_token=${opaque}`,
      `/token?%63ode=${opaque}`,
      // An identity provider sends people back with a code of its own.
      `/-/sso/callback?code=${opaque}`,
    ]) {
      edge.exposed.length = 0;
      statuses.push((await fetch(`${edge.origin}${target}`)).status);
      expect([target, ...edge.exposed]).toEqual([target, opaque]);
    }
    expect(statuses).toEqual([400, 400, 400, 400, 404]);
    edge.exposed.length = 0;
    await fetch(`${edge.origin}/-/sso/callback?code=${opaque}x`);
    expect(edge.exposed).toEqual([]);
  });

  it('an API key in the URL is refused and given up, however it is written', async () => {
    const key = `pbk_mcp_${'a'.repeat(43)}123456`;
    for (const target of [`/?key=${key}`, `/?key=${key.replaceAll('_', '%5F')}`, `/?key=%70bk${key.slice(3)}`]) {
      expect((await fetch(`${edge.origin}${target}`)).status).toBe(400);
      expect(edge.exposed.pop()).toBe(key);
    }
  });

  it('a JWT of another type in the URL passes: links to confirm an address hold one', async () => {
    const link = await edge.tokens.token(edge.tokens.grant(), { header: { typ: 'JWT' } });
    expect((await fetch(`${edge.origin}/nowhere?token=${link}`)).status).toBe(404);
  });
});
