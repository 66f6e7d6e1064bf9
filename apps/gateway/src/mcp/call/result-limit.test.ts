import { describe, expect, it } from 'vitest';
import type { Call, CallReply } from '../context/call.ts';
import { checkResultLength } from './result-limit.ts';

const TIMINGS = { queueMs: 0, startMs: 0, sandboxMs: 1, egressMs: 0, cold: false };
const answered = (result: Extract<CallReply, { kind: 'complete' }>['result']): CallReply => ({
  kind: 'complete',
  result,
  timings: TIMINGS,
});
// Only the fields of a call that the check reads.
const callOf = (name = 'claude-ai', method: Call['method'] = 'tools/call') =>
  ({
    method,
    name: 'export',
    request: { meta: { 'io.modelcontextprotocol/clientInfo': { name, version: '1' } } },
  }) as unknown as Call;
const text = (length: number) => ({ type: 'text', text: 'x'.repeat(length) });

describe('checkResultLength', () => {
  it('refuses texts that are too long together, and a structured result that is too long', () => {
    const long = [
      answered({ content: [text(80_000), { type: 'resource', resource: { uri: 'a://b', ...text(80_000) } }] }),
      answered({ content: [], structuredContent: { rows: 'x'.repeat(150_000) } }),
    ];
    for (const reply of long) {
      expect(() => checkResultLength(callOf(), reply)).toThrowError(
        expect.objectContaining({
          code: 'mcp.result_too_long',
          data: expect.objectContaining({ charactersMax: 150_000 }),
        }),
      );
    }
  });

  it('refuses a shorter result for a client that accepts less', () => {
    const reply = answered({ content: [text(120_000)] });
    expect(() => checkResultLength(callOf('claude-code'), reply)).toThrowError(/100000/);
    expect(() => checkResultLength(callOf('claude-ai'), reply)).not.toThrow();
  });

  it('admits long images, long results for inspectors, and long results that no model reads', () => {
    const image = answered({ content: [{ type: 'image', data: 'x'.repeat(300_000), mimeType: 'image/png' }] });
    const long = answered({ content: [text(200_000)] });
    expect(() => checkResultLength(callOf(), image)).not.toThrow();
    expect(() => checkResultLength(callOf('inspector-client'), long)).not.toThrow();
    expect(() => checkResultLength(callOf('claude-ai', 'resources/read'), long)).not.toThrow();
  });
});
