import { isDeepStrictEqual } from 'node:util';
import { AppError } from '@patchbay/foundation';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePayload, encodePayload, PAYLOAD_DEPTH_MAX } from './payload.ts';

const refusal = expect.objectContaining({ code: 'sandbox.invalid_result' });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Payloads with which a hostile sandbox might end the envelope of its result, or be read as two messages. */
const HOSTILE = [
  '',
  ' ',
  '{}}',
  '{},"error":{"code":1,"message":"x"}',
  '{}{}',
  '{}\n{"jsonrpc":"2.0","id":2,"result":{}}',
  '{"a":1',
  '"',
  '\u0000{}',
  '\ufeff{}',
  "{'a':1}",
  '{"a":undefined}',
  'NaN',
  '{"a":"\n"}',
  '{"a":1}//',
];

describe('decodePayload', () => {
  it.each(HOSTILE)('refuses the payload %j', (text) => {
    expect(() => decodePayload(Buffer.from(text))).toThrow(refusal);
  });

  it.each([
    ['a byte that no character has', Buffer.from([0x22, 0xff, 0x22])],
    ['a character that is cut', Buffer.from([0x22, 0xe2, 0x82, 0x22])],
    ['a surrogate by itself', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['the byte order mark of UTF-16', Buffer.from('\ufeff{}', 'utf16le')],
  ])('refuses a payload with %s', (_what, bytes) => {
    expect(() => decodePayload(bytes)).toThrow(refusal);
  });

  it('refuses a payload nested too deeply for a recursive reader, and not text that only looks nested', () => {
    expect(() => decodePayload(Buffer.from(nested(PAYLOAD_DEPTH_MAX + 1)))).toThrow(refusal);
    const objects = '{"a":'.repeat(PAYLOAD_DEPTH_MAX + 1);
    expect(() => decodePayload(Buffer.from(`${objects}1${'}'.repeat(PAYLOAD_DEPTH_MAX + 1)}`))).toThrow(refusal);
    expect(() => decodePayload(Buffer.from(`["\\\\",${nested(PAYLOAD_DEPTH_MAX)}]`))).toThrow(refusal);
    expect(() => decodePayload(Buffer.from(nested(PAYLOAD_DEPTH_MAX)))).not.toThrow();
    const text = `\\"${nested(PAYLOAD_DEPTH_MAX * 2)}\\`;
    expect(decodePayload(encodePayload({ text }))).toEqual({ text });
  });

  it('reads every value of a payload as it was written', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
        return isDeepStrictEqual(decodePayload(encodePayload(value)), JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('decodes any payload to a value that fits one line of JSON, or refuses it', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      fc.tuple(fc.json(), fc.constantFrom(...HOSTILE)).map(([json, hostile]) => Buffer.from(json + hostile)),
      fc.tuple(fc.constantFrom(...HOSTILE), fc.json()).map(([hostile, json]) => Buffer.from(hostile + json)),
    );
    fc.assert(
      fc.property(bytes, (given) => {
        const value = valueOrRefused(Buffer.from(given));
        if (value === REFUSED) return true;
        const envelope = `{"jsonrpc":"2.0","id":1,"result":${JSON.stringify(value)}}`;
        return !/[\r\n]/.test(envelope) && Object.keys(JSON.parse(envelope)).join() === 'jsonrpc,id,result';
      }),
    );
  });
});

const REFUSED = Symbol('refused');

function valueOrRefused(payload: Buffer): unknown {
  try {
    return decodePayload(payload);
  } catch (error) {
    if (error instanceof AppError && error.code === 'sandbox.invalid_result') return REFUSED;
    throw error;
  }
}
