import { Client as ModernClient, StreamableHTTPClientTransport as ModernTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { asMember, asOwner, type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const METHOD = 'patchbay/version';
const REQUESTS = [modernRequest(METHOD), legacyRequest(METHOD)];
const Answer = z.looseObject({});
const clientInfo = { name: 'spec', version: '1.0.0' };
const asOther = { authorization: 'Bearer pbk_mcp_other' }; // lists the connector `open` only

async function ask(request: (typeof REQUESTS)[number], path: string, credential: Record<string, string> = {}) {
  const headers = { ...request.headers, ...credential };
  const response = await fetch(`${edge.origin}${path}`, { method: 'POST', body: request.body, headers });
  return { status: response.status, text: await response.text() };
}

/** The results that the official clients of both eras get. */
async function resultsAt(path: string) {
  const url = new URL(path, edge.origin);
  const requestInit = { headers: asOwner };
  const modern = new ModernClient(clientInfo, { versionNegotiation: { mode: 'auto' } });
  await modern.connect(new ModernTransport(url, { requestInit }));
  const legacy = new LegacyClient(clientInfo);
  // The client of SDK v1 declares an optional member that this repository's compiler settings take at its word.
  await legacy.connect(new LegacyTransport(url, { requestInit }) as never);
  const request = { method: METHOD, params: {} };
  const results = { modern: await modern.request(request, Answer), legacy: await legacy.request(request, Answer) };
  await Promise.all([modern.close(), legacy.close()]);
  return results;
}

describe('patchbay/version', () => {
  it('patchbay/version refuses a caller whom its URL refuses, before it names a version', async () => {
    for (const request of REQUESTS) {
      for (const [path, credential, status] of [
        ['/acme/weather/mcp', {}, 401],
        ['/acme/weather@3/mcp', {}, 401],
        ['/acme/mcp', {}, 401],
        ['/acme/weather/mcp', asOther, 403],
        ['/acme/weather@3/mcp', asMember, 404],
        ['/globex/weather/mcp', asOwner, 401],
        ['/globex/mcp', asOwner, 401],
        ['/acme/weather/mcp', asMember, 200],
      ] as const) {
        const seen = await ask(request, path, credential);
        expect([path, seen.status, seen.text.includes('"version":')]).toEqual([path, status, status === 200]);
      }
    }
  });

  it('patchbay/version does not name a connector that the key does not list', async () => {
    for (const request of REQUESTS) {
      const { result } = JSON.parse((await ask(request, '/acme/mcp', asOther)).text);
      expect(result.connectors).toEqual([{ connector: 'open', version: 2, live: true }]);
    }
  });

  it('patchbay/version returns the version behind the URL of a connector, without running it', async () => {
    const { modern, legacy } = await resultsAt('/acme/weather/mcp');
    expect(legacy).toEqual({ connector: 'weather', version: 2, live: true });
    expect(modern).toMatchObject(legacy);
    expect(edge.invocations).toEqual([]);
  });

  it('patchbay/version returns the version that a preview URL runs', async () => {
    const { modern, legacy } = await resultsAt('/acme/weather@3/mcp');
    expect(legacy).toEqual({ connector: 'weather', version: 3, live: false });
    expect(modern).toMatchObject(legacy);
  });

  it('patchbay/version returns the version of every connector behind the URL of an organization', async () => {
    const { modern, legacy } = await resultsAt('/acme/mcp');
    expect(legacy).toEqual({
      connectors: [
        { connector: 'weather', version: 2, live: true },
        { connector: 'open', version: 2, live: true },
      ],
    });
    expect(modern).toMatchObject(legacy);
    expect(edge.invocations).toEqual([]);
  });
});
