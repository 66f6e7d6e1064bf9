import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { complete, type EdgeFixture } from '../edge-fixture.ts';
import { readingTool, startOneEndpoint } from './one-endpoint.ts';

/** Bodies as broken, careless and hostile clients send them. */
let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint({
    server: { name: 'tools', version: '1' },
    capabilities: { tools: {} },
    tools: [readingTool('echo')],
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
  edge.answerWith(async ({ params }) =>
    complete({ content: [], structuredContent: { said: params.arguments ?? null } }),
  );
});

const send = async (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) => {
  const response = await fetch(edge.url, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
  });
  const text = await response.text();
  const message =
    text === '' ? null : (JSON.parse(text) as { id: unknown; error?: { code: number }; result?: unknown });
  return { status: response.status, message };
};
const call = (id: string, args = '{}') =>
  `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"echo","arguments":${args}}}`;
const bytes = (...values: readonly number[]) => Uint8Array.from(values);
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('a body', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>, number]>([
    ['cut off', call('1').slice(0, -1), -32700],
    ['with something behind it', `${call('1')}x`, -32700],
    ['with two messages in it', `${call('1')}\n${call('2')}`, -32700],
    ['in single quotes', call('1').replaceAll('"', "'"), -32700],
    ['with a comma too many', call('1', '{"a":1,}'), -32700],
    ['with a leading zero', call('1', '{"a":01}'), -32700],
    ['with a line break in a text', call('1', '{"a":"\n"}'), -32700],
    ['that is not UTF-8', Buffer.concat([Buffer.from('"'), bytes(0xc3, 0x28), Buffer.from('"')]), -32700],
    ['in UTF-16', Uint8Array.from(Buffer.from(call('1'), 'utf16le')), -32700],
    ['with a byte order mark', `\uFEFF${call('1')}`, -32700],
    ['compressed', bytes(0x1f, 0x8b, 8, 0, 0, 0, 0, 0), -32700],
    ['nested 65 deep', call('1', nested(63)), -32600],
    ['with a key twice', call('1', '{"a":1,"a":2}'), -32600],
    ['with its method twice', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32600],
    ['with a number beyond 2^53', call('1', '{"a":9007199254740993}'), -32600],
    ['with a number beyond all', call('1', '{"a":1e999}'), -32600],
    ['with 400 digits', call('1', `{"a":${'9'.repeat(400)}}`), -32600],
    ['with half a character', call('1', '{"a":"\\ud800"}'), -32600],
    ['of a batch', `[${call('1')},${call('2')}]`, -32600],
    ['of an empty batch', '[]', -32600],
    ['of null', 'null', -32600],
    ['of a text', '"tools/call"', -32600],
    ['of JSON-RPC 1.0', call('1').replace('"2.0"', '"1.0"'), -32600],
    ['of a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}', -32600],
    ['with parameters in a list', '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":["echo"]}', -32600],
  ])('a body %s is refused with 400, and no connector sees it', async (_what, body, code) => {
    const { status, message } = await send(body);
    expect([status, message?.error?.code]).toEqual([400, code]);
    expect(edge.invocations).toEqual([]);
  });

  it('a body with a compression or charset header is read as what it is, or refused', async () => {
    expect((await send(call('1'), { 'content-encoding': 'gzip' })).status).toBeLessThan(500);
    const utf16 = Uint8Array.from(Buffer.from(call('1'), 'utf16le'));
    expect((await send(utf16, { 'content-type': 'application/json; charset=utf-16' })).status).toBe(400);
    expect((await send(call('1'), { 'content-type': 'application/json; charset=utf-8' })).status).toBe(200);
  });

  it('a body reaches the connector with the very arguments it holds, however they look', async () => {
    const args = {
      '': 0,
      __proto__x: 1,
      constructor: { prototype: 1 },
      'line\u2028break': '\u0000\u001f"\\/',
      '💥': -1e-7,
    };
    const text = JSON.stringify(args).replace('__proto__x', '__proto__');
    await send(call('1', text));
    expect(JSON.stringify(edge.invocations[0]?.params.arguments)).toBe(text);
  });
});

describe('an id', () => {
  it.each([
    '0',
    '-1',
    '7',
    '9007199254740991',
    '-9007199254740991',
    '1.0',
    '1e3',
    '""',
    '"7"',
    '"\\u0000"',
    '"__proto__"',
  ])('the id %s comes back as it was', async (id) => {
    const { status, message } = await send(call(id));
    expect([status, message?.id]).toEqual([200, JSON.parse(id)]);
  });

  it.each(['null', 'true', '1.5', '[]', '{}', '[1]', '{"id":1}'])('the id %s is refused', async (id) => {
    const { status, message } = await send(call(id));
    expect([status, message?.error?.code, message?.id]).toEqual([400, -32600, null]);
    expect(edge.invocations).toEqual([]);
  });

  it('two callers who chose the same id each get their own answer', async () => {
    const release = Promise.withResolvers<void>();
    edge.answerWith(async ({ params }) => {
      if (edge.invocations.length === 20) release.resolve();
      await release.promise;
      return complete({ content: [], structuredContent: { said: params.arguments ?? null } });
    });
    const texts = Array.from({ length: 20 }, (_, index) => `caller ${index}`);
    const answers = await Promise.all(texts.map((text) => send(call('1', JSON.stringify({ text })))));
    expect(answers.map(({ message }) => message?.result)).toMatchObject(
      texts.map((text) => ({ structuredContent: { said: { text } } })),
    );
  });
});
