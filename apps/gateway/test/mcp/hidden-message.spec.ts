import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  asMember,
  asOwner,
  complete,
  type EdgeFixture,
  legacyRequest,
  modernRequest,
  startEdge,
} from '../edge-fixture.ts';

let edge: EdgeFixture;
beforeAll(async () => {
  edge = await startEdge();
});
afterAll(() => edge.close());

const post = (request: { headers: Record<string, string>; body: string }, caller: Record<string, string>) =>
  fetch(`${edge.origin}/acme/weather/mcp`, {
    method: 'POST',
    body: request.body,
    headers: { ...request.headers, ...caller },
  });

describe('a message hidden inside another', () => {
  it('a message hidden in another stays text: the outer call runs once, each caller gets its own answer', async () => {
    const hidden = JSON.stringify({
      jsonrpc: '2.0',
      id: 2,
      method: 'tools/call',
      params: { name: 'delete_everything', arguments: {} },
    });
    const outer = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"harmless","arguments":{"a":\n${hidden}\n}}}`;
    edge.answerWith(async ({ context }) =>
      complete({ content: [{ type: 'text', text: context.user?.id ?? 'nobody' }] }),
    );
    const [first, second] = await Promise.all([
      post({ ...legacyRequest('tools/call'), body: outer }, asOwner),
      post(legacyRequest('tools/call', { name: 'harmless', arguments: {} }, 2), asMember),
    ]);
    expect(await first.json()).toMatchObject({ id: 1, result: { content: [{ text: 'psn_owner' }] } });
    expect(await second.json()).toMatchObject({ id: 2, result: { content: [{ text: 'psn_member' }] } });
    expect(edge.invocations.map((one) => one.params.name)).toEqual(['harmless', 'harmless']);
    const carried = edge.invocations.find((one) => one.context.user?.id === 'psn_owner');
    expect(carried?.params).toEqual({ name: 'harmless', arguments: { a: JSON.parse(hidden) }, _meta: {} });
  });

  it.each([
    ['the name twice', '"name":"harmless","name":"delete_everything"'],
    ['the name twice, once in escapes', String.raw`"name":"harmless","n\u0061me":"delete_everything"`],
    ['a number that changes', '"name":"harmless","arguments":{"id":9007199254740993}'],
    ['half a character', String.raw`"name":"harmless","arguments":{"a":"\ud800"}`],
    ['65 levels', `"name":"harmless","arguments":{"a":${'['.repeat(65)}${']'.repeat(65)}}`],
  ])('refuses a body with %s before policy', async (_what, params) => {
    const before = edge.invocations.length;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{${params}}}`;
    const response = await post({ ...legacyRequest('tools/call'), body }, asOwner);
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    expect(edge.invocations).toHaveLength(before);
  });

  it('gives the sandbox nothing of the caller’s protocol: no id, no token, no reserved _meta', async () => {
    edge.invocations.length = 0;
    const _meta = {
      progressToken: 'mine',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      'com.patchbay/user': 'root',
      'example.com/kept': 1,
    };
    const response = await post(
      modernRequest('tools/call', { name: 'harmless', arguments: {}, _meta }, 'caller-id'),
      asOwner,
    );
    expect(await response.json()).toMatchObject({ id: 'caller-id' });
    const [invocation] = edge.invocations;
    expect(invocation?.params._meta).toEqual({ 'example.com/kept': 1, progressToken: invocation?.id });
    expect(invocation?.id).toMatch(/^ivk_/);
    const carried = JSON.stringify(invocation);
    for (const secret of ['caller-id', 'pbk_mcp_owner', '"mine"', 'root']) expect(carried).not.toContain(secret);
    expect(invocation?.context).toMatchObject({
      client: { name: 'spec', version: '1' },
      trace: { traceparent: _meta.traceparent },
    });
  });
});
