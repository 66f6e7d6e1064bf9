import { type McpRequest, stringAt } from '@patchbay/mcp';
import type { InvocationContext } from '@patchbay/sandbox/protocol';
import type { Exchange } from './call.ts';

const TRACEPARENT = /^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The trace this call belongs to: from `_meta`, where 2026-07-28 has it, else from the HTTP header. What has another
 * form is no trace.
 * @see https://www.w3.org/TR/trace-context/
 */
export function traceOf(request: McpRequest, exchange: Pick<Exchange, 'header'>): InvocationContext['trace'] {
  const inBody = stringAt(request.meta, 'traceparent');
  const traceparent = inBody ?? exchange.header('traceparent');
  if (traceparent === undefined || !TRACEPARENT.test(traceparent)) return undefined;
  const tracestate = inBody === undefined ? exchange.header('tracestate') : stringAt(request.meta, 'tracestate');
  return tracestate === undefined || tracestate.length > 512 ? { traceparent } : { traceparent, tracestate };
}
