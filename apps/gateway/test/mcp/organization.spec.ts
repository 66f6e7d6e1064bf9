import { AppError } from '@patchbay/foundation';
import type { JsonObject } from '@patchbay/mcp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
});

type Request = ReturnType<typeof modernRequest> | ReturnType<typeof legacyRequest>;
const post = (request: Request, key: string | null = 'pbk_mcp_owner', path = '/acme/mcp') =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, ...(key !== null && { authorization: `Bearer ${key}` }) },
  });
const call = (name: string, key?: string) => post(modernRequest('tools/call', { name, arguments: {} }), key);
const namesOf = async (response: Response) => {
  const { result } = (await response.json()) as { result: { tools: { name: string }[] } };
  return result.tools.map((tool) => tool.name);
};

describe('the URL of an organization', () => {
  it('the URL of an organization refuses anonymous callers, also where a connector is public', async () => {
    expect((await post(modernRequest('tools/list'), null)).status).toBe(401);
    expect((await post(modernRequest('tools/list'), 'pbk_mcp_unknown')).status).toBe(401);
    expect((await post(modernRequest('tools/list'), 'pbk_mcp_globex')).status).toBe(401);
    expect((await post(modernRequest('tools/list'), 'pbk_mcp_owner', '/nobody/mcp')).status).toBe(404);
  });

  it('the URL of an organization shows and runs nothing of a connector the key does not list', async () => {
    const names = await namesOf(await post(modernRequest('tools/list'), 'pbk_mcp_other'));
    expect(names.every((name) => name.startsWith('open__'))).toBe(true);
    expect(await (await call('weather__harmless', 'pbk_mcp_other')).json()).toMatchObject({ error: { code: -32602 } });
    expect(edge.invocations).toHaveLength(0);
  });

  it('the URL of an organization knows joined names only: no tool alone and no shifted parts', async () => {
    for (const name of ['harmless', 'weather_harmless', 'weather__', '__harmless', 'weather__open__harmless']) {
      expect(await (await call(name)).json()).toMatchObject({ error: { code: -32602 } });
    }
    expect(edge.invocations).toHaveLength(0);
  });

  it('the URL of an organization keeps a destructive tool from running', async () => {
    expect(await (await call('weather__delete_everything')).json()).toMatchObject({ result: { isError: true } });
    expect(edge.invocations).toHaveLength(0);
  });

  it('a resource of two connectors is read from the one that had it first, of those the caller may use', async () => {
    await post(modernRequest('resources/read', { uri: 'weather://stations' }));
    await post(modernRequest('resources/read', { uri: 'weather://stations' }), 'pbk_mcp_other');
    expect(edge.invocations.map(({ key }) => key.connectorId)).toEqual(['con_weather', 'con_open']);
  });

  it('the URL of an organization lists all tools privately, and sends each call to its connector', async () => {
    const list = (await (await post(modernRequest('tools/list'))).json()) as { result: JsonObject };
    expect(list.result).toMatchObject({ cacheScope: 'private', resultType: 'complete' });
    const names = await namesOf(await post(legacyRequest('tools/list')));
    expect(names).toContain('weather__harmless');
    expect(names).toContain('open__harmless');
    await call('weather__harmless');
    await call('open__harmless');
    expect(edge.invocations.map(({ key, params }) => [key.connectorId, params.name])).toEqual([
      ['con_weather', 'harmless'],
      ['con_open', 'harmless'],
    ]);
    expect(edge.usage.slice(-2).map(({ connectorId, name }) => [connectorId, name])).toEqual([
      ['con_weather', 'harmless'],
      ['con_open', 'harmless'],
    ]);
  });

  it('a call at the URL of an organization ends when its modern client hangs up', async () => {
    const started = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<void>();
    edge.answerWith(async (_invocation, { signal }) => {
      signal?.addEventListener('abort', () => ended.resolve());
      started.resolve();
      await ended.promise;
      throw new AppError('mcp.cancelled');
    });
    const hangUp = new AbortController();
    const { headers, body } = modernRequest('tools/call', { name: 'weather__harmless', arguments: {} });
    const pending = fetch(`${edge.origin}/acme/mcp`, {
      method: 'POST',
      body,
      signal: hangUp.signal,
      headers: { ...headers, authorization: 'Bearer pbk_mcp_owner' },
    });
    await started.promise;
    hangUp.abort();
    await expect(pending).rejects.toThrow();
    await ended.promise;
  });

  it('the URL of an organization answers methods that need no connector, and refuses unknown ones', async () => {
    expect(await (await post(legacyRequest('ping'))).json()).toMatchObject({ id: 1, result: {} });
    const unknown = await post(legacyRequest('tools/destroy'));
    expect([unknown.status, await unknown.json()]).toMatchObject([200, { error: { code: -32601 } }]);
    expect((await post(modernRequest('ping'))).status).toBe(404);
  });

  it('the URL of an organization answers discover and initialize', async () => {
    expect(await (await post(modernRequest('server/discover'), 'pbk_mcp_other')).json()).toMatchObject({
      result: { capabilities: { tools: {}, resources: {} }, cacheScope: 'private' },
    });
    expect(await (await post(legacyRequest('initialize', { protocolVersion: '2025-06-18' }))).json()).toMatchObject({
      result: { protocolVersion: '2025-06-18', serverInfo: { name: 'acme' } },
    });
  });
});
