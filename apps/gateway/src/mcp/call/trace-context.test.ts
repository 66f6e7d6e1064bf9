import type { JsonObject, McpRequest } from '@patchbay/mcp';
import { describe, expect, it } from 'vitest';
import { traceOf } from './trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';
const PARENT = `00-${TRACE}-${SPAN}-01`;
const request = (meta: JsonObject): McpRequest => ({
  kind: 'request',
  era: 'modern',
  revision: '2026-07-28',
  id: 1,
  method: 'tools/call',
  params: {},
  name: 'a',
  meta,
});
const trace = (meta: JsonObject, headers: Record<string, string> = {}) =>
  traceOf(request(meta), { header: (name) => headers[name] });

describe('the trace of a request', () => {
  it.each([
    ['no text', 7],
    ['too short', PARENT.slice(0, -1)],
    ['of another version', PARENT.replace('00-', 'ff-')],
    ['in capitals', PARENT.toUpperCase()],
    ['of no trace', PARENT.replace(TRACE, '0'.repeat(32))],
    ['of no span', PARENT.replace(SPAN, '0'.repeat(16))],
    ['with something behind it', `${PARENT}\r\nx: y`],
  ])('a request has no trace where traceparent is %s', (_what, traceparent) => {
    expect(trace({ traceparent, tracestate: 'a=b', baggage: 'c=d' })).toBeUndefined();
  });

  it('a trace carries state and baggage only where those are valid as headers', () => {
    expect(trace({ traceparent: PARENT, tracestate: 'a=1,b=2', baggage: 'user=7;x' })).toEqual({
      traceparent: PARENT,
      tracestate: 'a=1,b=2',
      baggage: 'user=7;x',
    });
    for (const bad of ['a=1\r\nx: y', 'größe=1', '', 'x'.repeat(9_000)]) {
      expect(trace({ traceparent: PARENT, tracestate: bad, baggage: bad })).toEqual({ traceparent: PARENT });
    }
  });

  it('a trace is taken from the body where it has one, and then nothing of it from the headers', () => {
    const headers = { traceparent: PARENT.replace('-01', '-00'), tracestate: 'of=header', baggage: 'of=header' };
    expect(trace({ traceparent: PARENT }, headers)).toEqual({ traceparent: PARENT });
    expect(trace({ tracestate: 'of=body' }, headers)).toEqual(headers);
  });
});
