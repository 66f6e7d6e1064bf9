import { describe, expect, it } from 'vitest';
import { startErrorOf, takeAnswer } from './runner-messages.ts';

const LIMITS = { resultBytesMax: 100 };

describe('takeAnswer', () => {
  it('refuses a result longer than the call allows, with any header', () => {
    const refusal = expect.objectContaining({ code: 'sandbox.result_too_large', data: { bytes: 101, bytesMax: 100 } });
    expect(() => takeAnswer({ id: 'ivk_1' }, Buffer.alloc(101), LIMITS)).toThrow(refusal);
    expect(() => takeAnswer({ id: 'ivk_1', tooLarge: 101 }, Buffer.alloc(0), LIMITS)).toThrow(refusal);
    expect(() => takeAnswer({ id: 'ivk_1', isError: true }, Buffer.alloc(101), LIMITS)).toThrow(refusal);
  });

  it('passes on an answer whose bytes are no JSON, since it does not parse them', () => {
    const payload = Buffer.from([0xff, 0x00, 0x7b]);
    expect(takeAnswer({ id: 'ivk_1' }, payload, LIMITS)).toEqual({ isError: false, payload });
    expect(takeAnswer({ id: 'ivk_1', isError: true, tooLarge: 100 }, payload, LIMITS)).toEqual({
      isError: true,
      payload,
    });
  });
});

describe('startErrorOf', () => {
  it('a start error has one of the codes allowed at a start, and is a crash otherwise', () => {
    expect(startErrorOf({ code: 'artifact_invalid', message: 'not JSON' })).toMatchObject({
      code: 'sandbox.artifact_invalid',
      detail: 'not JSON',
    });
    expect(startErrorOf({ code: 'internal.unexpected' }).code).toBe('sandbox.crashed_at_start');
  });
});
