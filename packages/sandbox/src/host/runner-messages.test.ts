import { describe, expect, it } from 'vitest';
import type { Invocation } from '../protocol/invocation.ts';
import { isJsonObject, type JsonObject } from '../protocol/json.ts';
import { readAnswer, startErrorOf } from './runner-messages.ts';

const invocation = (resultBytesMax: number) => ({ resultBytesMax }) as Invocation; // all that is read of it here

/** As the host reads it: the text of a frame, and how long that was. */
function read(text: string, resultBytesMax: number): unknown {
  const value: unknown = JSON.parse(text);
  if (!isJsonObject(value)) throw new Error('no object');
  return readAnswer(value satisfies JsonObject, text.length, invocation(resultBytesMax));
}

describe('readAnswer', () => {
  it('refuses a result longer than the call allows, whatever the runner said of it', () => {
    const text = JSON.stringify({ id: 'ivk_1', result: { text: 'x'.repeat(200) } });
    expect(() => read(text, 100)).toThrow(expect.objectContaining({ code: 'sandbox.result_too_large' }));
  });

  it('refuses a result that the runner itself found too long', () => {
    expect(() => read('{"tooLarge":200}', 100)).toThrow(expect.objectContaining({ code: 'sandbox.result_too_large' }));
  });

  it('refuses a result that is short as it came and long as it would go on', () => {
    const text = `{"result":{"many":[${Array(100).fill('1e20').join()}]}}`;
    expect(text.length).toBeLessThan(600);
    expect(() => read(text, 2_000)).toThrow(expect.objectContaining({ code: 'sandbox.result_too_large' }));
  });

  it.each([
    ['no result', '{"id":"ivk_1"}'],
    ['a result that is no object', '{"result":[1]}'],
    ['an error without a code', '{"error":{"message":"x"}}'],
  ])('refuses %s', (_what, text) => {
    expect(() => read(text, 1_000)).toThrow(expect.objectContaining({ code: 'sandbox.invalid_result' }));
  });

  it('hands on a result within the bound', () => {
    expect(read('{"result":{"ok":true}}', 1_000)).toEqual({ result: { ok: true } });
    expect(read('{"result":{"ok":true}}', 20)).toEqual({ result: { ok: true } });
  });
});

describe('startErrorOf', () => {
  it('is one of the codes a start may use, and a crash otherwise', () => {
    expect(startErrorOf({ code: 'artifact_invalid', message: 'not JSON' })).toMatchObject({
      code: 'sandbox.artifact_invalid',
      detail: 'not JSON',
    });
    expect(startErrorOf({ code: 'internal.unexpected' }).code).toBe('sandbox.crashed_at_start');
  });
});
