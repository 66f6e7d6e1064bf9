import { Readable } from 'node:stream';
import { LARGE_BODY_BYTES } from '@patchbay/mcp';
import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { RequestHead } from '../context/request-head.ts';
import { readMessage } from './message.ts';
import type { ParsePool } from './parse-pool.ts';

const CALL = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add', arguments: {} } };
const parsed: string[] = [];
const pool = {
  parse: async (organizationId: string, bytes: Uint8Array) => {
    parsed.push(organizationId);
    return { kind: 'value', value: JSON.parse(Buffer.from(bytes).toString()) };
  },
} as unknown as ParsePool; // the one method that is used

function read(body: string, headers: Readonly<Record<string, string>> = {}) {
  const raw = Readable.from([Buffer.from(body)], { objectMode: false });
  const request = { raw, headers: { 'content-type': 'application/json', ...headers } };
  return readMessage(pool, new RequestHead(request as unknown as FastifyRequest), 'org_1', { 'tools/call': 'name' });
}

describe('readMessage', () => {
  it('refuses a body that is not declared as JSON, whatever it holds', async () => {
    const refused = read(JSON.stringify(CALL), { 'content-type': 'text/plain' });
    await expect(refused).rejects.toMatchObject({ code: 'edge.unsupported_media_type' });
  });

  it('answers text that is no JSON, and a header that contradicts the body, with a fault', async () => {
    expect(await read('{')).toMatchObject({ kind: 'fault' });
    const mirrored = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/list' };
    expect(await read(JSON.stringify(CALL), mirrored)).toMatchObject({ kind: 'fault' });
  });

  it('parses a large body in the pool, for its organization, and a small one at once', async () => {
    expect(await read(JSON.stringify(CALL))).toMatchObject({ kind: 'request', method: 'tools/call' });
    expect(parsed).toEqual([]);
    const large = { ...CALL, params: { ...CALL.params, arguments: { text: 'x'.repeat(LARGE_BODY_BYTES) } } };
    expect(await read(JSON.stringify(large))).toMatchObject({ kind: 'request', method: 'tools/call' });
    expect(parsed).toEqual(['org_1']);
  });
});
