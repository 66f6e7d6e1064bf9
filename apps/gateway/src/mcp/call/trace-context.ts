import { type McpRequest, stringAt } from '@patchbay/mcp';
import type { InvocationContext } from '@patchbay/sandbox-protocol';
import type { RequestHead } from '../context/request-head.ts';

const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Baggage that is passed on with a trace: list members of printable ASCII, so that they are safe in a header. */
const LIST = /^[\t\x20-\x7e]+$/;
/** Characters. @see W3C Trace Context §3.3.1.5, W3C Baggage §3.3.2 */
const LENGTH_MAX = { tracestate: 512, baggage: 8_192 };

/**
 * The trace this call belongs to: from `_meta`, where 2026-07-28 has it, else from the HTTP header. A value of another
 * form is ignored.
 * @see 2026-07-28 basic/index, "_meta"; https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/
 */
export function traceOf(request: McpRequest, head: Pick<RequestHead, 'header'>): InvocationContext['trace'] {
  const inBody = stringAt(request.meta, 'traceparent');
  const traceparent = inBody ?? head.header('traceparent');
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const list = (name: keyof typeof LENGTH_MAX): string | undefined => {
    const text = inBody === undefined ? head.header(name) : stringAt(request.meta, name);
    return text !== undefined && text.length <= LENGTH_MAX[name] && LIST.test(text) ? text : undefined;
  };
  const tracestate = list('tracestate');
  const baggage = list('baggage');
  return { traceparent, ...(tracestate !== undefined && { tracestate }), ...(baggage !== undefined && { baggage }) };
}
