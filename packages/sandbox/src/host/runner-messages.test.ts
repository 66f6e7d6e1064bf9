import { describe, expect, it } from 'vitest';
import type { Invocation } from '../protocol/index.ts';
import { readAnswer, startErrorOf } from './runner-messages.ts';

// Only the limit is read.
const invocation = { resultBytesMax: 100 } as unknown as Invocation;

describe('what a runner says', () => {
  it.each([
    [{}, 'sandbox.invalid_result'],
    [{ result: 'text' }, 'sandbox.invalid_result'],
    [{ error: { code: 'x', message: 'y' } }, 'sandbox.invalid_result'],
    [{ tooLarge: 200 }, 'sandbox.result_too_large'],
    [{ result: { text: 'x'.repeat(200) } }, 'sandbox.result_too_large'],
  ])('as an answer, %j, is refused', (value, code) => {
    expect(() => readAnswer(value, invocation)).toThrow(expect.objectContaining({ code }));
  });

  it('of a start is one of the codes it may use, and a crash otherwise', () => {
    expect(startErrorOf({ code: 'artifact_invalid', message: 'not JSON' })).toMatchObject({
      code: 'sandbox.artifact_invalid',
      detail: 'not JSON',
    });
    expect(startErrorOf({ code: 'internal.unexpected' }).code).toBe('sandbox.crashed_at_start');
  });
});
