import type { JsonObject } from '@patchbay/mcp';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complete, type EdgeFixture, legacyRequest, modernRequest } from '../edge-fixture.ts';
import { readingTool, startOneEndpoint, type WireRequest } from './one-endpoint.ts';

/** The rules of the revisions that open with `initialize`, and what their clients really send. */
let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint({
    server: { name: 'tools', version: '1' },
    capabilities: { tools: {} },
    tools: [readingTool('echo')],
    resourceTemplates: [],
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
  edge.answerWith(async () => complete({ content: [{ type: 'text', text: 'hello' }] }));
});

const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 0, egressMs: 0, cold: false };
const initialize = (protocolVersion?: string) =>
  legacyRequest('initialize', {
    ...(protocolVersion !== undefined && { protocolVersion }),
    capabilities: {},
    clientInfo: { name: 'spec', version: '1' },
  });
const answer = async (request: WireRequest, headers?: Record<string, string>) => {
  const response = await edge.post(request, headers);
  return {
    status: response.status,
    session: response.headers.get('mcp-session-id'),
    body: (await response.json()) as { result: JsonObject; error: JsonObject },
  };
};
const openSession = async () => ({ 'mcp-session-id': (await answer(initialize('2025-11-25'))).session ?? '' });

describe('a request of 2025', () => {
  it.each<[string, WireRequest, Record<string, string>, number, number]>([
    ['of an unsupported revision', legacyRequest('tools/list'), { 'mcp-protocol-version': '1999-01-01' }, 400, -32022],
    ['whose revision is no revision', legacyRequest('tools/list'), { 'mcp-protocol-version': '1' }, 400, -32022],
    ['that initializes under a later header', initialize(), { 'mcp-protocol-version': '2026-07-28' }, 400, -32020],
    ['that is a batch', { ...initialize(), body: `[${initialize().body}]` }, {}, 400, -32600],
    ['that is an empty batch', { ...initialize(), body: '[]' }, {}, 400, -32600],
    ['that is not JSON', { ...initialize(), body: '{' }, {}, 400, -32700],
    ['for an undeclared list', legacyRequest('prompts/list'), {}, 200, -32601],
    ['for an undeclared list, with a session or not', legacyRequest('resources/list'), {}, 200, -32601],
    ['with an unknown method', legacyRequest('tools/destroy'), {}, 200, -32601],
    ['for an unknown tool', legacyRequest('tools/call', { name: 'nothing' }), {}, 200, -32602],
    ['for an unknown resource', legacyRequest('resources/read', { uri: 'a://b' }), {}, 200, -32002],
    ['for a page with an unissued cursor', legacyRequest('tools/list', { cursor: '2' }), {}, 200, -32602],
  ])('a request of 2025 %s is refused before any connector', async (_what, wire, headers, status, code) => {
    const seen = await answer(wire, headers);
    expect([seen.status, seen.body.error?.code]).toEqual([status, code]);
    expect(edge.invocations).toEqual([]);
  });

  it('a notification of an unsupported revision is answered with 400', async () => {
    const notification = { ...initialize(), body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' };
    expect((await edge.post(notification, { 'mcp-protocol-version': '1999-01-01' })).status).toBe(400);
    expect((await edge.post(notification, { 'mcp-protocol-version': '2025-06-18' })).status).toBe(202);
  });

  it.each([
    ['2025-11-25', '2025-11-25'],
    ['2025-06-18', '2025-06-18'],
    ['2025-03-26', '2025-03-26'],
    ['2024-11-05', '2025-11-25'],
    ['2026-07-28', '2025-11-25'],
    ['2099-01-01', '2025-11-25'],
    [undefined, '2025-11-25'],
  ])('a client that initializes with %s agrees on %s', async (requested, agreed) => {
    const seen = await answer(initialize(requested), requested ? { 'mcp-protocol-version': '2025-03-26' } : {});
    expect([seen.status, seen.body.result.protocolVersion]).toEqual([200, agreed]);
    expect(seen.session).toMatch(/^[\x21-\x7e]+$/);
  });

  it('a request of 2025 may leave the version header out, with a session and without one', async () => {
    const session = await openSession();
    for (const headers of [{}, session]) {
      const seen = await answer(legacyRequest('tools/list'), headers);
      expect([seen.status, Object.keys(seen.body.result)]).toEqual([200, ['tools']]);
    }
  });

  it('a request of an unknown session is answered with 404, so that its client opens another one', async () => {
    for (const id of ['made-up', `${(await openSession())['mcp-session-id']}x`]) {
      expect((await answer(legacyRequest('tools/list'), { 'mcp-session-id': id })).status).toBe(404);
    }
  });

  it('GET and DELETE of a session with an unknown revision are answered with 400', async () => {
    const session = await openSession();
    for (const method of ['GET', 'DELETE']) {
      const headers = { ...session, accept: 'text/event-stream', 'mcp-protocol-version': '1999-01-01' };
      expect([method, (await fetch(edge.url, { method, headers })).status]).toEqual([method, 400]);
    }
  });

  it('a request of 2025 is answered without members of the later revision', async () => {
    edge.answerWith(async () =>
      complete({ resultType: 'complete', content: [], ttlMs: 5, cacheScope: 'public', _meta: { mine: 1 } }),
    );
    const seen = await answer(legacyRequest('tools/call', { name: 'echo' }));
    expect(seen.body.result).toEqual({ content: [], _meta: { mine: 1 } });
  });

  it('an error of 2025 keeps the codes that only its era has', async () => {
    for (const [code, outward] of [
      [-32002, -32002],
      [-32042, -32042],
      [-32020, -32603],
    ]) {
      const error = { code: code ?? 0, message: 'written by the connector' };
      edge.answerWith(async () => ({ kind: 'error', error, timings: TIMINGS }));
      const seen = await answer(legacyRequest('tools/call', { name: 'echo' }));
      expect([seen.status, seen.body.error.code]).toEqual([200, outward]);
    }
  });
});

describe('what Claude sends', () => {
  const CLAUDE = { accept: '*/*', 'user-agent': 'Claude-User' };

  it('a probe of the later revision by Claude is answered at once, whatever it accepts', async () => {
    const probe = modernRequest('server/discover', {}, 'probe');
    const seen = await answer(probe, { ...CLAUDE, 'user-agent': 'python-httpx/0.28.1' });
    expect([seen.status, seen.body.result.resultType]).toEqual([200, 'complete']);
    expect(seen.body.result.supportedVersions).toContain('2026-07-28');
  });

  it('Claude’s requests of 2025 are answered: no version header, any media type, undeclared lists', async () => {
    const opened = await answer(initialize('2025-06-18'), CLAUDE);
    expect([opened.status, opened.body.result.protocolVersion]).toEqual([200, '2025-06-18']);
    const headers = { ...CLAUDE, 'mcp-session-id': opened.session ?? '' };
    const initialized = { ...initialize(), body: '{"jsonrpc":"2.0","method":"notifications/initialized"}' };
    expect((await edge.post(initialized, headers)).status).toBe(202);
    expect((await answer(legacyRequest('tools/list'), headers)).body.result.tools).toMatchObject([{ name: 'echo' }]);
    for (const method of ['prompts/list', 'resources/list', 'resources/templates/list']) {
      const seen = await answer(legacyRequest(method), headers);
      expect([method, seen.status, seen.body.error.code]).toEqual([method, 200, -32601]);
    }
    const called = await answer(legacyRequest('tools/call', { name: 'echo', arguments: {} }), headers);
    expect(called.body.result.content).toMatchObject([{ text: 'hello' }]);
  });

  it('a call of Claude still works when it forgets its session', async () => {
    const called = await answer(legacyRequest('tools/call', { name: 'echo', arguments: {} }), CLAUDE);
    expect(called.body.result.content).toMatchObject([{ text: 'hello' }]);
  });
});
