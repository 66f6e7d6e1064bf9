import type { JsonObject } from '@patchbay/mcp';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { complete, type EdgeFixture, modernRequest } from '../edge-fixture.ts';
import { FULL_MANIFEST, startOneEndpoint, type WireRequest } from './one-endpoint.ts';

/** The rules of revision 2026-07-28, as its clients meet them. */
let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint(FULL_MANIFEST);
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
  edge.answerWith(async () => complete({ content: [] }));
});
afterEach(() => vi.useRealTimers());

const REVISION = '2026-07-28';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 0, egressMs: 0, cold: false };
const call = (rest: JsonObject = {}) => modernRequest('tools/call', { name: 'ant', arguments: {}, ...rest });
const able = (capabilities: JsonObject): JsonObject => ({ _meta: { [CAPABILITIES]: capabilities } });
const answer = async (request: WireRequest, headers?: Record<string, string>) => {
  const response = await edge.post(request, headers);
  return { status: response.status, body: (await response.json()) as { result: JsonObject; error: JsonObject } };
};
const without = (request: WireRequest, name: string): WireRequest => {
  const headers: Record<string, string> = { ...request.headers };
  delete headers[name];
  return { ...request, headers: headers as WireRequest['headers'] }; // the same but for one
};
const body = (text: object | string, headers: Record<string, string> = {}): WireRequest => ({
  headers: { ...call().headers, ...headers },
  body: typeof text === 'string' ? text : JSON.stringify(text),
});
const request = (method: string, params: JsonObject, headers: Record<string, string> = {}) =>
  body({ jsonrpc: '2.0', id: 1, method, params }, { 'mcp-method': method, ...headers });
const envelope = (change: JsonObject = {}): JsonObject => ({
  _meta: { 'io.modelcontextprotocol/protocolVersion': REVISION, [CAPABILITIES]: {}, ...change },
});
const asks = (result: JsonObject) =>
  edge.answerWith(async () => ({ kind: 'input_required', result, timings: TIMINGS }));
const ELICITS = { inputRequests: { who: { method: 'elicitation/create', params: { message: 'Who?' } } } };

describe('a request of 2026-07-28', () => {
  it.each<[string, WireRequest, number, number]>([
    ['without the version header', without(call(), 'mcp-protocol-version'), 400, -32020],
    ['whose version header differs', body(call().body, { 'mcp-protocol-version': '2025-11-25' }), 400, -32020],
    ['without the method header', without(call(), 'mcp-method'), 400, -32020],
    ['whose method header differs', body(call().body, { 'mcp-method': 'tools/list' }), 400, -32020],
    ['whose method header is in capitals', body(call().body, { 'mcp-method': 'TOOLS/CALL' }), 400, -32020],
    ['without the name header', without(call(), 'mcp-name'), 400, -32020],
    ['whose name header differs', body(call().body, { 'mcp-name': 'zebra' }), 400, -32020],
    ['whose name header is broken Base64', body(call().body, { 'mcp-name': '=?base64?YW50*?=' }), 400, -32020],
    ['that reads another resource than its header names', modernRequest('resources/read', { uri: 'all://one' }), 0, 0],
    ['without its envelope', request('tools/list', {}), 400, -32602],
    ['without capabilities', request('tools/list', envelope({ [CAPABILITIES]: null })), 400, -32602],
    ['of an unsupported revision', revised('2027-01-01'), 400, -32022],
    ['of an earlier revision in the envelope', revised('2025-11-25'), 400, -32022],
    ['that is a batch', body([JSON.parse(call().body)]), 400, -32600],
    ['that is an answer', body({ jsonrpc: '2.0', id: 1, result: {} }), 400, -32600],
    ['that is not JSON', body('{"jsonrpc"'), 400, -32700],
    ['that is empty', body(''), 400, -32700],
    ...[
      ...['initialize', 'ping', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe', 'tasks/list'],
      ...['tasks/result', 'roots/list', 'sampling/createMessage', 'notifications/x', 'constructor', 'toString', ''],
    ].map((method): [string, WireRequest, number, number] => [
      `with the method "${method}"`,
      modernRequest(method),
      404,
      -32601,
    ]),
    ['for an unknown tool', modernRequest('tools/call', { name: 'nothing' }), 200, -32602],
    ['for a tool named like a member of every object', modernRequest('tools/call', { name: '__proto__' }), 200, -32602],
    ['for a tool without a name', modernRequest('tools/call', {}), 200, -32602],
    ['for an unknown prompt', modernRequest('prompts/get', { name: 'nothing' }), 200, -32602],
    ['for an unknown resource', modernRequest('resources/read', { uri: 'all://two' }), 200, -32602],
    ['for a page with an unissued cursor', modernRequest('tools/list', { cursor: '2' }), 200, -32602],
    ['with a state of its own making', call({ requestState: 'mine' }), 200, -32602],
  ])('a request of 2026-07-28 %s is refused before any connector', async (what, wire, status, code) => {
    const changed = what.includes('another resource') ? { 'mcp-name': 'all://two' } : undefined;
    const seen = await answer(wire, changed);
    expect([seen.status, seen.body.error?.code]).toEqual(changed ? [400, -32020] : [status, code]);
    expect(edge.invocations).toEqual([]);
  });

  it('an unsupported revision gets the supported ones, and an unknown resource gets its URI', async () => {
    expect((await answer(revised('2027-01-01'))).body.error.data).toEqual({
      supported: [REVISION, '2025-11-25', '2025-06-18', '2025-03-26'],
      requested: '2027-01-01',
    });
    const resource = await answer(modernRequest('resources/read', { uri: 'all://two' }));
    expect(resource.body.error.data).toEqual({ uri: 'all://two' });
  });

  it('a notification gets 202 and no body, or 400 when it contradicts itself', async () => {
    const notification = body({ jsonrpc: '2.0', method: 'notifications/x' }, { 'mcp-method': 'notifications/x' });
    const accepted = await edge.post(notification);
    expect([accepted.status, await accepted.text()]).toEqual([202, '']);
    expect((await edge.post(notification, { 'mcp-method': 'notifications/y' })).status).toBe(400);
  });

  it('a request of 2026-07-28 has no session: ids are ignored, and GET and DELETE are refused', async () => {
    const stray = { 'mcp-session-id': 'nobody', 'last-event-id': '7' };
    for (const wire of [call(), modernRequest('server/discover'), modernRequest('tools/list')]) {
      const response = await edge.post(wire, stray);
      expect([response.status, response.headers.get('mcp-session-id')]).toEqual([200, null]);
    }
    for (const method of ['GET', 'DELETE']) {
      const headers = { 'mcp-protocol-version': REVISION, accept: 'text/event-stream', ...stray };
      const response = await fetch(edge.url, { method, headers });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('a request passes with header parameters of others and with names in Base64', async () => {
    const response = await edge.post(call(), { 'mcp-param-elsewhere': 'eu', 'mcp-name': '=?base64?YW50?=' });
    expect(response.status).toBe(200);
    expect(edge.invocations).toHaveLength(1);
  });
});

describe('a result of 2026-07-28', () => {
  const SERVER = { 'io.modelcontextprotocol/serverInfo': { name: 'all', version: '1.0.0', title: 'All' } };

  it('a result of 2026-07-28 contains its type, its server, and how long a list may be kept', async () => {
    for (const [method, rest] of [
      ['server/discover', { supportedVersions: expect.arrayContaining([REVISION]), instructions: 'Ask.' }],
      ['tools/list', { tools: [{ name: 'ant' }, { name: 'zebra' }] }],
      ['prompts/list', { prompts: [{ name: 'greet' }] }],
      ['resources/list', { resources: [{ uri: 'all://one' }] }],
      ['resources/templates/list', { resourceTemplates: [] }],
    ] as const) {
      const { result } = (await answer(modernRequest(method))).body;
      expect(result).toMatchObject({ resultType: 'complete', _meta: SERVER, cacheScope: 'private', ...rest });
      expect(Number.isInteger(result.ttlMs) && Number(result.ttlMs) >= 0).toBe(true);
    }
    expect((await answer(call())).body.result).toEqual({ resultType: 'complete', content: [], _meta: SERVER });
  });

  it('a list of 2026-07-28 is the same on every connection', async () => {
    const texts = await Promise.all(
      ['a', 'b'].map(async (id) => (await edge.post(modernRequest('tools/list', {}, id))).text()),
    );
    expect(texts[0]?.replace('"id":"a"', '')).toBe(texts[1]?.replace('"id":"b"', ''));
  });

  it('a resource may be kept as long as its connector states, and not at all after an input request', async () => {
    const read = (rest: JsonObject = {}) => answer(modernRequest('resources/read', { uri: 'all://one', ...rest }));
    edge.answerWith(async () => complete({ contents: [] }));
    expect((await read()).body.result).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    edge.answerWith(async () => complete({ contents: [], ttlMs: 9, cacheScope: 'public' }));
    expect((await read()).body.result).toMatchObject({ ttlMs: 9, cacheScope: 'public' });
    expect((await read({ inputResponses: {} })).body.result).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
  });

  it('an input request goes to a client that declared it, with a state only its own request opens', async () => {
    asks({ ...ELICITS, requestState: 'step 1' });
    const { result } = (await answer(call(able({ elicitation: {} })))).body;
    expect(result).toMatchObject({ resultType: 'input_required', inputRequests: ELICITS.inputRequests });
    expect(result.requestState).not.toContain('step 1');
    edge.answerWith(async () => complete({ content: [] }));
    const retry = { requestState: result.requestState ?? '', inputResponses: { who: { action: 'decline' } } };
    expect((await answer(call(retry))).status).toBe(200);
    expect(edge.invocations.at(-1)?.params).toMatchObject({ requestState: 'step 1', inputResponses: { who: {} } });
    const others = [call({ ...retry, arguments: { a: 1 } }), modernRequest('tools/call', { name: 'zebra', ...retry })];
    for (const other of others) expect((await answer(other)).body.error.code).toBe(-32602);
  });

  it.each<[string, JsonObject, JsonObject, JsonObject]>([
    ['the person', ELICITS, {}, { elicitation: { form: {} } }],
    [
      'the person at a URL',
      question('elicitation/create', { mode: 'url' }),
      { elicitation: {} },
      { elicitation: { url: {} } },
    ],
    ['the model', question('sampling/createMessage'), { elicitation: {} }, { sampling: {} }],
    [
      'the model with tools',
      question('sampling/createMessage', { tools: [] }),
      { sampling: {} },
      { sampling: { tools: {} } },
    ],
    ['for its folders', question('roots/list'), {}, { roots: {} }],
  ])('a result that asks %s is -32021 for a client that cannot answer', async (_who, result, declared, required) => {
    asks(result);
    const seen = await answer(call(able(declared)));
    expect([seen.status, seen.body.error]).toMatchObject([
      400,
      { code: -32021, data: { requiredCapabilities: required } },
    ]);
  });

  it('an input request that is not allowed, empty or unknown to clients is the connector’s error', async () => {
    const ref = { type: 'ref/prompt', name: 'greet' };
    const completion = modernRequest('completion/complete', { ref, argument: { name: 'a', value: '' } });
    for (const [result, wire] of [
      [ELICITS, completion],
      [{}, call(able({ elicitation: {} }))],
      [question('tools/call'), call(able({ elicitation: {} }))],
      [{ inputRequests: { who: 'elicitation/create' } }, call(able({ elicitation: {} }))],
    ] as const) {
      asks(result);
      const seen = await answer(wire);
      expect([seen.status, seen.body.error?.code]).toEqual([200, -32603]);
    }
  });

  it('an error of 2025 that a person must open a URL becomes an input request', async () => {
    const elicitation = { mode: 'url', elicitationId: 'e1', url: 'https://pay.example/1', message: 'Pay first.' };
    const error = { code: -32042, message: 'Needs a URL', data: { elicitations: [elicitation] } };
    edge.answerWith(async () => ({ kind: 'error', error, timings: TIMINGS }));
    const { result } = (await answer(call(able({ elicitation: { url: {} } })))).body;
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: {
        'url-1': {
          method: 'elicitation/create',
          params: { ...elicitation, message: expect.stringContaining('Pay first.') },
        },
      },
    });
    const unable = await answer(call(able({ elicitation: {} })));
    expect([unable.status, unable.body.error.code]).toEqual([400, -32021]);
  });

  it('an error of a connector keeps its code, except for those reserved to the protocol', async () => {
    for (const [code, outward, status] of [
      [-32602, -32602, 200],
      [-32002, -32602, 200],
      [-32042, -32603, 200],
      [-32020, -32603, 200],
      [-32022, -32603, 200],
      [-32021, -32021, 400],
      [7, 7, 200],
    ]) {
      const error = { code: code ?? 0, message: 'written by the connector' };
      edge.answerWith(async () => ({ kind: 'error', error, timings: TIMINGS }));
      const seen = await answer(call());
      expect([code, seen.status, seen.body.error.code]).toEqual([code, status, outward]);
    }
  });
});

describe('a stream of 2026-07-28', () => {
  it('a streamed call disables buffering of proxies, stays alive while quiet, and ends with the answer', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    edge.answerWith(async () => {
      started.resolve();
      await finish.promise;
      return complete({ content: [] });
    });
    const pending = edge.post(call());
    await started.promise;
    vi.advanceTimersByTime(15_000);
    const response = await pending;
    expect(response.headers.get('x-accel-buffering')).toBe('no');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    vi.advanceTimersByTime(15_000);
    finish.resolve();
    const parts = (await response.text()).split('\n\n').filter(Boolean);
    expect(parts.slice(0, -1)).toEqual([': keep-alive', ': keep-alive']);
    expect(parts.at(-1)).toContain('"resultType":"complete"');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a stream of changes stays alive while there are no changes', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const quiet = await startOneEndpoint(FULL_MANIFEST);
    const response = await quiet.post(modernRequest('subscriptions/listen', { notifications: {} }));
    vi.advanceTimersByTime(15_000);
    await quiet.close();
    expect(await response.text()).toContain('\n\n: keep-alive\n\n');
  });

  it('a client that takes JSON only gets no stream, but waits for the answer', async () => {
    edge.answerWith(async (_invocation, { onNotification }) => {
      onNotification?.({ method: 'notifications/progress', params: { progress: 1 } });
      return complete({ content: [] });
    });
    const response = await edge.post(call({ _meta: { progressToken: 1 } }), { accept: 'application/json' });
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toMatchObject({ id: 1, result: {} });
  });
});

function revised(revision: string): WireRequest {
  const params = { _meta: { 'io.modelcontextprotocol/protocolVersion': revision, [CAPABILITIES]: {} } };
  return request('tools/list', params, { 'mcp-protocol-version': revision });
}

function question(method: string, params: JsonObject = {}): JsonObject {
  return { inputRequests: { one: { method, params } } };
}
