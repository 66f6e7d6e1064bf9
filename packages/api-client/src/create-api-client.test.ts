import { describe, expect, it } from 'vitest';
import { createApiClient } from './create-api-client.ts';

/** A client whose requests are answered here. */
function clientWith(respond: (request: Request) => Response, options: { apiKey?: string; cookie?: string } = {}) {
  const seen: Request[] = [];
  const client = createApiClient({
    origin: 'https://patchbay.example.com',
    ...options,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      seen.push(request);
      return respond(request);
    },
  });
  return { client, seen };
}

describe('createApiClient', () => {
  it('throws a problem of the API with its code, hint, request id and delay', async () => {
    const body = {
      type: 'https://x/y',
      title: 't',
      status: 429,
      detail: 'd',
      code: 'a.b',
      hint: 'h',
      requestId: 'req_1',
    };
    const { client } = clientWith(() => Response.json(body, { status: 429, headers: { 'retry-after': '7' } }));
    await expect(client.GET('/api/v1/me')).rejects.toMatchObject({
      name: 'ApiProblem',
      code: 'a.b',
      hint: 'h',
      requestId: 'req_1',
      docsUrl: 'https://x/y',
      retryAfterSeconds: 7,
    });
  });

  it('throws api.unreadable_answer when a proxy on the way answers instead of the API', async () => {
    const headers = { 'request-id': 'req_9' };
    const { client } = clientWith(() => new Response('<h1>Bad gateway</h1>', { status: 502, headers }));
    await expect(client.GET('/api/v1/me')).rejects.toMatchObject({
      code: 'api.unreadable_answer',
      status: 502,
      requestId: 'req_9',
    });
  });

  it('sends the API key to the right path, with every part of the path escaped', async () => {
    const { client, seen } = clientWith(() => Response.json({}), { apiKey: 'pbk_admin_x' });
    const path = { organization: 'a/../b', connector: 'c' };
    await client.GET('/api/v1/organizations/{organization}/connectors/{connector}', { params: { path } });
    await client.submitVersion({
      organization: 'a/b',
      connector: 'c',
      archive: new Uint8Array([1]),
      contentType: 'application/gzip',
      create: true,
      typecheck: false,
    });
    expect(seen.map(({ url }) => url)).toEqual([
      'https://patchbay.example.com/api/v1/organizations/a%2F..%2Fb/connectors/c',
      'https://patchbay.example.com/api/v1/organizations/a%2Fb/connectors/c/versions?typecheck=false&create=true',
    ]);
    expect(seen.map(({ headers }) => headers.get('authorization'))).toEqual(Array(2).fill('Bearer pbk_admin_x'));
  });
});
