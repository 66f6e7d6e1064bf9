import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EdgeFixture, legacyRequest, modernRequest } from '../edge-fixture.ts';
import { readingTool, startOneEndpoint } from './one-endpoint.ts';
import { sendRaw, statusesIn } from './raw-connection.ts';

/** Requests that two readers of HTTP would take apart differently: what one of them lets pass, the other one executes. */
let edge: EdgeFixture & Awaited<ReturnType<typeof startOneEndpoint>>;
beforeAll(async () => {
  edge = await startOneEndpoint({
    server: { name: 'tools', version: '1' },
    capabilities: { tools: {} },
    tools: [readingTool('harmless'), readingTool('hidden')],
  });
});
afterAll(() => edge.close());
beforeEach(() => {
  edge.invocations.length = 0;
});

const call = (name: string) => legacyRequest('tools/call', { name, arguments: {} }).body;
const head = (...lines: readonly string[]) =>
  [
    'POST /acme/all/mcp HTTP/1.1',
    `Host: localhost:${edge.port}`,
    'Content-Type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');
const lengthOf = (body: string) => `Content-Length: ${Buffer.byteLength(body)}`;
const chunked = (body: string) => `${Buffer.byteLength(body).toString(16)}\r\n${body}\r\n0\r\n\r\n`;
/** A complete second request, for a parser that takes the rest of the first one's body for one. */
const hidden = () => `${head(lengthOf(call('hidden')), 'Connection: close')}${call('hidden')}`;
const called = () => edge.invocations.map(({ params }) => params.name);

describe('a request with two lengths', () => {
  it.each<[string, () => string]>([
    ['a length and chunks', () => `${head(lengthOf(''), 'Transfer-Encoding: chunked')}${chunked('')}${hidden()}`],
    ['chunks and a length', () => `${head('Transfer-Encoding: chunked', lengthOf(hidden()))}0\r\n\r\n${hidden()}`],
    ['two lengths', () => `${head(lengthOf(call('harmless')), 'Content-Length: 0')}${call('harmless')}${hidden()}`],
    ['a list of lengths', () => `${head('Content-Length: 0, 0')}${hidden()}`],
    ['a length with a sign', () => `${head('Content-Length: +0')}${hidden()}`],
    ['a length in hexadecimal', () => `${head('Content-Length: 0x0')}${hidden()}`],
    ['a negative length', () => `${head('Content-Length: -1')}${hidden()}`],
    ['another coding over its chunks', () => `${head('Transfer-Encoding: chunked, gzip')}${hidden()}`],
    ['a misspelled coding', () => `${head('Transfer-Encoding: xchunked')}${hidden()}`],
    ['white space before the colon', () => `${head('Content-Length : 0')}${hidden()}`],
    ['a folded header', () => `${head('X-Folded: a', ' Transfer-Encoding: chunked', lengthOf(''))}${hidden()}`],
    ['a line feed alone', () => `${head(`X-Split: a\nTransfer-Encoding: chunked`, lengthOf(''))}${hidden()}`],
    ['a carriage return alone', () => `${head(`X-Split: a\rTransfer-Encoding: chunked`, lengthOf(''))}${hidden()}`],
    ['a NUL in a header', () => `${head('X-Nul: a\0b', lengthOf(''))}${hidden()}`],
    ['a chunk with a wrong size', () => `${head('Transfer-Encoding: chunked')}zz\r\n${hidden()}`],
    ['a chunk that overflows', () => `${head('Transfer-Encoding: chunked')}fffffffffffffffff\r\n${hidden()}`],
  ])('a request with %s is refused, its connection closed, and nothing in it runs', async (_what, bytes) => {
    const statuses = statusesIn(await sendRaw(edge.port, bytes()));
    expect(statuses.every((status) => status >= 400 && status < 500)).toBe(true);
    expect(statuses.length).toBeLessThanOrEqual(1);
    expect(called()).toEqual([]);
  });

  it('two requests one after the other on one connection each get their own answer', async () => {
    const first = `${head(lengthOf(call('harmless')))}${call('harmless')}`;
    const answer = await sendRaw(edge.port, first + hidden());
    expect(statusesIn(answer)).toEqual([200, 200]);
    expect(called()).toEqual(['harmless', 'hidden']);
  });
});

describe('a header sent twice', () => {
  const modern = (...more: readonly string[]) => {
    const { headers, body } = modernRequest('tools/call', { name: 'harmless', arguments: {} });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    const own = lines.filter((line) => !line.startsWith('content-type'));
    return `${head(...own, ...more, lengthOf(body), 'Connection: close')}${body}`;
  };

  it('a mirroring header that is sent twice is refused as a disagreement', async () => {
    for (const line of ['Mcp-Name: hidden', 'Mcp-Method: tools/list', 'MCP-Protocol-Version: 2025-11-25']) {
      const answer = await sendRaw(edge.port, modern(line));
      expect([line, statusesIn(answer)]).toEqual([line, [400]]);
      expect(answer).toContain('-32020');
    }
    expect(called()).toEqual([]);
  });

  it('a single-valued header that is sent twice is refused', async () => {
    for (const line of ['Host: evil.example', 'Content-Type: text/plain', 'content-type: application/json']) {
      const answer = await sendRaw(edge.port, modern(line));
      expect([line, statusesIn(answer)]).toEqual([line, [400]]);
    }
    const keys = ['Authorization: Bearer pbk_mcp_owner', 'AUTHORIZATION: Bearer pbk_mcp_member'];
    expect(statusesIn(await sendRaw(edge.port, modern(...keys)))).toEqual([400]);
    expect(called()).toEqual([]);
  });

  it('a session header that is sent twice names no session', async () => {
    const answer = await sendRaw(edge.port, modern('Mcp-Session-Id: a', 'Mcp-Session-Id: b'));
    expect(statusesIn(answer)).toEqual([200]);
  });
});
