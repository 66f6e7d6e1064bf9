import { describe, expect, it } from 'vitest';
import { readAnswer } from './read-answer.ts';

const timings = { queueMs: 0, startMs: 0, sandboxMs: 0, egressMs: 0, cold: false };

function read(text: string, { resultBytesMax = 1_000, isError = false } = {}) {
  return readAnswer({ isError, payload: Buffer.from(text), timings }, { resultBytesMax });
}

describe('readAnswer', () => {
  it('refuses a result that is short on arrival and long when serialised', () => {
    const text = `{"many":[${Array(100).fill('1e20').join()}]}`;
    expect(text.length).toBeLessThan(600);
    expect(() => read(text, { resultBytesMax: 2_000 })).toThrow(
      expect.objectContaining({ code: 'sandbox.result_too_large' }),
    );
  });

  it.each([
    ['a result that is no object', '[1]', false],
    ['an error that is no object', '"x"', true],
    ['an error without a code', '{"message":"x"}', true],
    ['an error whose code is no whole number', '{"code":1.5,"message":"x"}', true],
    ['an error without a message', '{"code":1}', true],
  ])('refuses an answer that is %s', (_what, text, isError) => {
    expect(() => read(text, { isError })).toThrow(expect.objectContaining({ code: 'sandbox.invalid_result' }));
  });

  it('reads a result within the limit, an answer that requests input, and an error', () => {
    expect(read('{"ok":true}')).toEqual({ kind: 'complete', result: { ok: true }, timings });
    expect(read('{"ok":true}', { resultBytesMax: 11 })).toMatchObject({ kind: 'complete' });
    expect(read('{"resultType":"input_required"}')).toMatchObject({ kind: 'input_required' });
    expect(read('{"code":-32602,"message":"x","data":[1],"more":2}', { isError: true })).toEqual({
      kind: 'error',
      error: { code: -32602, message: 'x', data: [1] },
      timings,
    });
  });
});
