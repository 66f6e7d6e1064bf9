import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkMirrorHeaders } from './check-headers.ts';
import { type Classification, classifyMessage, META, type MirrorHeaders } from './classify-message.ts';
import { isJsonObject, type JsonObject, type JsonValue, objectAt, own, stringAt } from './json.ts';
import { parseBody } from './parse-body.ts';
import { MODERN_REVISION, SUPPORTED_REVISIONS } from './revisions.ts';
import { RPC_CODES } from './rpc-errors.ts';

/** A body through all stages: parsed, classified, compared with its headers. */
const read = (bytes: Uint8Array, headers: MirrorHeaders): Classification => {
  const parsed = parseBody(bytes);
  if (parsed.kind === 'fault') return parsed;
  const message = classifyMessage(parsed.value, headers, { 'tools/call': 'name', 'resources/read': 'uri' });
  return (message.kind === 'request' && checkMirrorHeaders(message, headers)) || message;
};

const bytes = (text: string) => new TextEncoder().encode(text);
const ENVELOPE: JsonObject = { [META.protocolVersion]: MODERN_REVISION, [META.clientCapabilities]: {} };
const METHODS = ['tools/call', 'tools/list', 'initialize', 'ping', '__proto__', 'constructor', ''];

const revisions = fc.constantFrom(MODERN_REVISION, '2025-11-25', '2025-03-26', '2099-01-01', '', ' 2026-07-28\t');
const header = fc.option(revisions, { nil: undefined });
const text = fc.option(fc.constantFrom(...METHODS, 'echo', '=?base64?ZWNobw==?=', '=?base64?%?='), { nil: undefined });
const anyHeaders: fc.Arbitrary<MirrorHeaders> = fc.record({ protocolVersion: header, method: text, name: text });
const anyValue = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<JsonValue>; // values of JSON both
const anyParams = fc.oneof(
  anyValue,
  fc.constant({ name: 'echo', _meta: ENVELOPE }),
  fc.record({ name: fc.constant('echo'), _meta: fc.dictionary(fc.constantFrom(...Object.values(META)), anyValue) }),
);
const anyMessage = fc.record(
  {
    jsonrpc: fc.oneof({ weight: 9, arbitrary: fc.constant('2.0') }, { weight: 1, arbitrary: anyValue }),
    id: fc.oneof(fc.integer(), fc.string(), anyValue),
    method: fc.oneof(fc.constantFrom(...METHODS), anyValue),
    params: anyParams,
    result: anyValue,
    error: anyValue,
  },
  { requiredKeys: ['jsonrpc'] },
);
const anyText = fc.oneof(
  anyMessage.map((message) => JSON.stringify(message)),
  fc.array(anyMessage, { maxLength: 3 }).map((batch) => JSON.stringify(batch)),
  anyMessage.map((message) => JSON.stringify(message, null, 2)),
);

describe('any body', () => {
  it('any bytes are a message or a fault, and never an exception', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), anyHeaders, (body, headers) => {
        expect(['fault', 'request', 'notification', 'response']).toContain(read(body, headers).kind);
      }),
    );
  });

  it('a message with one byte changed is a message or a fault with a status, and never an exception', () => {
    fc.assert(
      fc.property(anyText, fc.nat(), fc.nat(255), anyHeaders, (body, at, byte, headers) => {
        const changed = bytes(body);
        changed[at % changed.length] = byte;
        const seen = read(changed, headers);
        if (seen.kind === 'fault') expect([400, 404]).toContain(seen.httpStatus);
      }),
      { numRuns: 500 },
    );
  });

  it('a message is what its body states: nothing is taken from headers, a prototype or another member', () => {
    fc.assert(
      fc.property(anyText, anyHeaders, (body, headers) => {
        const seen = read(bytes(body), headers);
        const value = JSON.parse(body) as JsonValue; // written by JSON.stringify above
        if (seen.kind === 'fault') {
          expect(idOf(value)).toContain(seen.id);
          return;
        }
        if (!isJsonObject(value)) throw new Error(`${seen.kind} out of ${body}`);
        expect(own(value, 'jsonrpc')).toBe('2.0');
        expect(seen.kind).toBe(kindOf(value));
        if (seen.kind === 'request') {
          expect([seen.id, seen.method]).toEqual([value.id, value.method]);
          expect(seen.params).toEqual(value.params ?? {});
        }
        if (seen.kind === 'notification') expect(seen.method).toBe(value.method);
        if (seen.kind === 'response') expect(Object.keys(seen.answer)).toHaveLength(1);
      }),
      { numRuns: 1_000 },
    );
  });

  it('a message has the era of its envelope, and a header that disagrees is a fault', () => {
    fc.assert(
      fc.property(anyText, anyHeaders, (body, headers) => {
        const seen = read(bytes(body), headers);
        if (seen.kind !== 'request' && seen.kind !== 'notification') return;
        const value = JSON.parse(body) as JsonObject; // an object, because it is a message
        const claimed = stringAt(objectAt(objectAt(value, 'params'), '_meta'), META.protocolVersion);
        const named = headers.protocolVersion?.trim();
        if (seen.era === 'modern') expect([claimed, named]).toContain(MODERN_REVISION);
        if (seen.kind === 'request') expect(seen.era === 'modern').toBe(claimed === MODERN_REVISION);
        if (claimed !== undefined && named !== undefined) expect(named).toBe(claimed);
        if (seen.kind === 'request' && seen.era === 'modern') expect(headers.method?.trim()).toBe(seen.method);
        const isNegotiating = seen.method === 'initialize' && seen.era === 'legacy';
        if (named !== undefined && !isNegotiating) expect(SUPPORTED_REVISIONS).toContain(named);
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['an empty one', '', RPC_CODES.parse],
    ['white space', ' \r\n\t', RPC_CODES.parse],
    [
      'two messages, one after the other',
      '{"jsonrpc":"2.0","id":1,"method":"ping"}\n{"jsonrpc":"2.0"}',
      RPC_CODES.parse,
    ],
    ['an empty batch', '[]', RPC_CODES.invalidRequest],
    ['a batch of one', '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', RPC_CODES.invalidRequest],
    ['NaN', '{"jsonrpc":"2.0","id":NaN,"method":"ping"}', RPC_CODES.parse],
    ['a comment', '{"jsonrpc":"2.0",/*"id":1,*/"method":"ping"}', RPC_CODES.parse],
  ])('a body that is %s is a fault', (_what, body, code) => {
    expect(read(bytes(body), { protocolVersion: undefined, method: undefined, name: undefined })).toMatchObject({
      kind: 'fault',
      httpStatus: 400,
      code,
    });
  });
});

/** The id that a JSON-RPC error may have: the body's own if it is valid, or none. */
function idOf(value: JsonValue): readonly unknown[] {
  const id = isJsonObject(value) ? own(value, 'id') : undefined;
  return typeof id === 'string' || Number.isSafeInteger(id) ? [id, null] : [null];
}

function kindOf(value: JsonObject): string {
  if (!Object.hasOwn(value, 'method')) return 'response';
  return Object.hasOwn(value, 'id') ? 'request' : 'notification';
}
