import type { JsonValue } from './json.ts';
import { fault, RPC_CODES, type RpcFault } from './rpc-errors.ts';
import { type ScanProblem, scanBounds, scanText } from './scan-text.ts';

const REASONS: Record<ScanProblem, string> = {
  too_deep: 'it is nested more than 64 levels deep',
  too_many_structures: 'it holds too many objects, arrays and members',
  duplicate_key: 'an object has the same key twice',
  lone_surrogate: 'a string holds half of a surrogate pair',
  number_out_of_range: 'a number is too large to be kept exactly',
  malformed: 'a string or key is not closed',
};

export type ParsedBody = { readonly kind: 'value'; readonly value: JsonValue } | RpcFault;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes to one JSON value, or the fault to answer: -32700 for what is not JSON in UTF-8, -32600 for a body that two
 * parsers could read differently or that is too expensive to parse. Only the value is used afterwards: a sandbox gets
 * its serialisation, never the bytes.
 */
export function parseBody(bytes: Uint8Array): ParsedBody {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    return fault(400, RPC_CODES.parse, 'Parse error: the body is not UTF-8');
  }
  const finding = scanText(text, scanBounds(bytes.byteLength));
  if (finding && finding.problem !== 'malformed') {
    return fault(400, RPC_CODES.invalidRequest, `Invalid request: ${REASONS[finding.problem]}`, {
      data: { problem: finding.problem, position: finding.position },
    });
  }
  try {
    // JSON.parse returns nothing but JSON values.
    return { kind: 'value', value: JSON.parse(text) as JsonValue };
  } catch {
    return fault(400, RPC_CODES.parse, 'Parse error: the body is not JSON');
  }
}
