import { AppError } from '@patchbay/foundation';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asOwner, complete, type EdgeFixture, legacyRequest, modernRequest, startEdge } from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
  edge.usage.length = 0;
});

type Request = ReturnType<typeof modernRequest | typeof legacyRequest>;
const post = async (request: Request, change: Record<string, string> = {}, path = '/acme/weather/mcp') =>
  fetch(`${edge.origin}${path}`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, ...asOwner, ...change },
  });
const call = (name: string, rest = {}) => modernRequest('tools/call', { name, arguments: {}, ...rest });

describe('what a refused call touches', () => {
  it('a request without a key is refused before its body is read and any key is looked up', async () => {
    edge.lookups.length = 0;
    await fetch(`${edge.origin}/acme/weather/mcp`, {
      method: 'POST',
      body: '[[[[',
      headers: { 'content-type': 'application/json' },
    });
    expect(edge.lookups).toEqual(['endpoint']);
  });

  it.each(['delete_everything', 'unannotated'])(
    'a call of %s needs approval: the model reads why, it is on record, and it reaches no sandbox',
    async (name) => {
      const response = await post(call(name));
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        result: {
          isError: true,
          resultType: 'complete',
          content: [{ text: expect.stringContaining('An owner must allow it') }],
        },
      });
      expect(edge.invocations).toEqual([]);
      expect(edge.usage).toMatchObject([{ outcome: 'refused', errorCode: 'policy.needs_approval', name }]);
      expect(Object.keys(edge.usage[0]?.stepsMs ?? {})).toEqual(['edge', 'route', 'auth', 'decode', 'policy']);
    },
  );

  it('headers that disagree with the body stop a call before policy', async () => {
    const disagreeing: Record<string, string>[] = [
      { 'mcp-name': 'unannotated' },
      { 'mcp-method': 'tools/list' },
      { 'mcp-protocol-version': '2025-11-25' },
    ];
    for (const change of disagreeing) {
      const response = await post(call('harmless'), change);
      expect([response.status, await response.json()]).toMatchObject([400, { id: 1, error: { code: -32020 } }]);
    }
    const unmirrored = await post(call('regional', { arguments: { region: 'eu' } }));
    expect([unmirrored.status, await unmirrored.json()]).toMatchObject([400, { error: { code: -32020 } }]);
    const mirrored = await post(call('regional', { arguments: { region: 'eu' } }), { 'mcp-param-region': 'eu' });
    expect(mirrored.status).toBe(200);
    expect(edge.invocations).toHaveLength(1);
  });
});

describe('a call', () => {
  it('a call is on record with every step before its answer leaves', async () => {
    const response = await post(call('harmless'));
    await response.json();
    expect(edge.usage).toMatchObject([
      { outcome: 'complete', method: 'tools/call', principal: { kind: 'person', id: 'psn_owner' } },
    ]);
    expect(Object.keys(edge.usage[0]?.stepsMs ?? {})).toEqual(
      expect.arrayContaining([
        'edge',
        'route',
        'auth',
        'decode',
        'policy',
        'limits',
        'credential',
        'intent',
        'queue',
        'sandbox',
        'egress',
      ]),
    );
  });

  it('a result over the client’s limit advises the model to request less, and notifies the author', async () => {
    edge.answerWith(async () => complete({ content: [{ type: 'text', text: 'x'.repeat(200_000) }] }));
    const answer = (await (await post(call('harmless'))).json()) as { result: { content: { text: string }[] } };
    expect(answer).toMatchObject({ result: { isError: true } });
    expect(answer.result.content[0]?.text).toMatch(/200000 characters; this client takes 150000.*\n.*Ask for less/);
    expect(edge.usage).toMatchObject([{ outcome: 'error', errorCode: 'mcp.result_too_long' }]);
    expect(edge.notices).toEqual([expect.stringContaining('mcp.result_too_long: The result of harmless has 200000')]);
    edge.answerWith(async ({ params }) => complete({ content: [{ type: 'text', text: JSON.stringify(params) }] }));
  });

  it('a call of an unknown tool is answered in band, with 200 and -32602', async () => {
    for (const request of [call('nothing'), legacyRequest('tools/call', { name: 'nothing' })]) {
      const response = await post(request);
      expect([response.status, await response.json()]).toMatchObject([200, { error: { code: -32602 } }]);
    }
  });

  it('an unknown method is answered with 404 in the modern era and 200 before', async () => {
    expect((await post(modernRequest('initialize'))).status).toBe(404);
    expect((await post(modernRequest('ping'))).status).toBe(404);
    expect((await post(legacyRequest('prompts/list'))).status).toBe(200);
    expect((await post(legacyRequest('ping'))).status).toBe(200);
  });

  it('accepts notifications and unrequested answers with 202 and no body', async () => {
    const notification = { ...legacyRequest('x'), body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' };
    const answer = { ...legacyRequest('x'), body: '{"jsonrpc":"2.0","id":1,"result":{}}' };
    for (const request of [notification, answer]) {
      const response = await post(request);
      expect([response.status, await response.text()]).toEqual([202, '']);
    }
  });

  it('a call streams progress under the caller’s own token when the caller requested it, then the answer', async () => {
    edge.answerWith(async ({ params }, { onNotification }) => {
      const progressToken = (params._meta as { progressToken?: string }).progressToken ?? 'none';
      onNotification?.({ method: 'notifications/progress', params: { progressToken, progress: 1 } });
      return complete({ content: [] });
    });
    const response = await post(call('harmless', { _meta: { progressToken: 7 } }));
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    const events = (await response.text())
      .split('\n\n')
      .filter(Boolean)
      .map((event) => JSON.parse(event.split('data: ')[1] ?? ''));
    expect(events).toMatchObject([
      { method: 'notifications/progress', params: { progressToken: 7 } },
      { id: 1, result: {} },
    ]);

    const unasked = await post(call('harmless'));
    expect(unasked.headers.get('content-type')).toContain('application/json');
  });

  it('log lines reach a client that requested them, and no other', async () => {
    edge.answerWith(async ({ context }, { onNotification }) => {
      // As a server on the SDK does, which logs with or without a subscriber.
      onNotification?.({
        method: 'notifications/message',
        params: { level: 'info', data: context.logLevel ?? 'none' },
      });
      return complete({ content: [] });
    });
    const asked = await post(call('harmless', { _meta: { 'io.modelcontextprotocol/logLevel': 'info' } }));
    expect(asked.headers.get('content-type')).toBe('text/event-stream');
    expect(await asked.text()).toContain('"data":"info"');
    for (const request of [call('harmless'), legacyRequest('tools/call', { name: 'harmless' })]) {
      const response = await post(request);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.json()).toMatchObject({ id: 1, result: { content: [] } });
    }
    expect(edge.invocations.map(({ context }) => context.logLevel)).toEqual(['info', undefined, undefined]);
  });

  it('a call is cancelled when a modern client hangs up, and continues for an earlier one', async () => {
    for (const [request, cancelled] of [
      [call('harmless'), true],
      [legacyRequest('tools/call', { name: 'harmless' }), false],
    ] as const) {
      const started = Promise.withResolvers<void>();
      const ended = Promise.withResolvers<boolean>();
      const hangUp = new AbortController();
      edge.answerWith(async (_invocation, { signal }) => {
        signal?.addEventListener('abort', () => ended.resolve(true));
        started.resolve();
        if (!cancelled) await closed.promise.then(() => ended.resolve(signal?.aborted ?? false));
        else await ended.promise;
        throw new AppError('mcp.cancelled');
      });
      const closed = Promise.withResolvers<void>();
      const response = fetch(`${edge.origin}/acme/weather/mcp`, {
        method: 'POST',
        body: request.body,
        headers: { ...request.headers, ...asOwner },
        signal: hangUp.signal,
      });
      await started.promise;
      hangUp.abort();
      await expect(response).rejects.toThrow();
      // One more request on a new connection: by its answer the edge has seen the other one close.
      await post(modernRequest('tools/list'));
      closed.resolve();
      expect(await ended.promise).toBe(cancelled);
    }
  });

  it('reports errors of a connector to the model, and errors of the platform to the client', async () => {
    edge.answerWith(async () => ({
      kind: 'error',
      error: { code: -32020, message: 'mine' },
      timings: { queueMs: 0, startMs: 0, sandboxMs: 0, egressMs: 0, cold: false },
    }));
    const response = await post(call('harmless'));
    expect([response.status, await response.json()]).toMatchObject([200, { error: { code: -32603, message: 'mine' } }]);
    edge.answerWith(async () => {
      throw new Error('a detail for the log only');
    });
    const failed = await post(call('harmless'));
    expect(failed.status).toBe(500);
    expect(await failed.text()).not.toContain('for the log only');
  });
});

describe('answers from the manifest', () => {
  it('lists from the manifest reach no sandbox, come sorted, and carry what 2026-07-28 requires', async () => {
    const list = (await (await post(modernRequest('tools/list'))).json()) as { result: { tools: { name: string }[] } };
    expect(list).toMatchObject({
      result: {
        resultType: 'complete',
        ttlMs: 60_000,
        cacheScope: 'private',
        _meta: { 'io.modelcontextprotocol/serverInfo': { name: 'weather' } },
      },
    });
    expect(list.result.tools.map((tool) => tool.name)).toEqual([
      'delete_everything',
      'harmless',
      'regional',
      'unannotated',
    ]);
    expect(await (await post(modernRequest('server/discover'))).json()).toMatchObject({
      result: {
        supportedVersions: ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26'],
        instructions: 'Ask for the forecast.',
      },
    });
    const legacy = (await (await post(legacyRequest('tools/list'))).json()) as { result: object };
    expect(Object.keys(legacy.result)).toEqual(['tools']);
    expect(edge.invocations).toEqual([]);
  });
});
