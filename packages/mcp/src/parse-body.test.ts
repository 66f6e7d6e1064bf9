import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from './json.ts';
import { parseBody } from './parse-body.ts';
import { RPC_CODES } from './rpc-errors.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const codeOf = (body: Uint8Array) => {
  const parsed = parseBody(body);
  return parsed.kind === 'fault' ? parsed.code : null;
};

describe('parseBody', () => {
  it('answers -32700 to a body that is not JSON in UTF-8', () => {
    expect(codeOf(bytes(''))).toBe(RPC_CODES.parse);
    expect(codeOf(bytes('{"a":'))).toBe(RPC_CODES.parse);
    expect(codeOf(bytes('"open'))).toBe(RPC_CODES.parse);
    expect(codeOf(bytes('\uFEFF{}'))).toBe(RPC_CODES.parse);
    expect(codeOf(Uint8Array.of(0x22, 0xff, 0x22))).toBe(RPC_CODES.parse);
    // A surrogate half encoded as if it were a character (CESU-8).
    expect(codeOf(Uint8Array.of(0x22, 0xed, 0xa0, 0xbd, 0x22))).toBe(RPC_CODES.parse);
  });

  it('answers -32600 to a body that two parsers could read differently', () => {
    expect(codeOf(bytes('{"method":"a","method":"b"}'))).toBe(RPC_CODES.invalidRequest);
    expect(codeOf(bytes('{"id":9007199254740993}'))).toBe(RPC_CODES.invalidRequest);
    expect(codeOf(bytes('['.repeat(100_000)))).toBe(RPC_CODES.invalidRequest);
  });

  it('a parsed body keeps its value when it is written and read again, so that a sandbox gets what policy saw', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8, noUnicodeString: false }), (value) => {
        const parsed = parseBody(bytes(JSON.stringify(value)));
        if (parsed.kind === 'fault') return;
        expect(readAgain(parsed.value)).toEqual(withoutNegativeZero(parsed.value));
      }),
    );
  });

  it('every accepted text, not only tidy JSON, keeps its value when it is written and read again', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u0061"',
      '"__proto__"',
      '1',
      '-0',
      '1e3',
      '0.1',
      'null',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 14 }), (parts) => {
        const parsed = parseBody(bytes(parts.join('')));
        if (parsed.kind === 'value') expect(readAgain(parsed.value)).toEqual(withoutNegativeZero(parsed.value));
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads a key named __proto__ in a body as a key', () => {
    const parsed = parseBody(bytes('{"__proto__":{"readOnlyHint":true}}'));
    expect(parsed.kind === 'value' && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });
});

function readAgain(value: JsonValue): unknown {
  return JSON.parse(JSON.stringify(value));
}

/** JSON has one zero. */
function withoutNegativeZero(value: JsonValue): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map(withoutNegativeZero);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, withoutNegativeZero(inner)] as const);
  return Object.fromEntries(entries);
}
