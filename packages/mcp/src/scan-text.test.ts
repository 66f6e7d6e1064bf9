import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanBounds, scanText } from './scan-text.ts';

const BOUNDS = scanBounds(0);
const problemIn = (text: string) => scanText(text, BOUNDS)?.problem ?? null;

describe('scanText', () => {
  it('refuses JSON with the same key twice, however the key is spelled', () => {
    expect(problemIn('{"a":1,"a":2}')).toBe('duplicate_key');
    expect(problemIn(String.raw`{"a":1,"\u0061":2}`)).toBe('duplicate_key');
    expect(problemIn('{"x":{"a":1,"b":[{"c":1,"c":1}]}}')).toBe('duplicate_key');
    expect(problemIn('{"__proto__":1,"__proto__":2}')).toBe('duplicate_key');
  });

  it('allows JSON with the same key in different objects, and as a value', () => {
    expect(problemIn('{"a":{"a":"a"},"b":[{"a":1},{"a":2}],"c":"b"}')).toBeNull();
  });

  it('refuses JSON that is nested deeper than 64 levels', () => {
    expect(problemIn('['.repeat(64) + ']'.repeat(64))).toBeNull();
    expect(problemIn('['.repeat(65))).toBe('too_deep');
    expect(problemIn('{"a":'.repeat(65))).toBe('too_deep');
  });

  it('refuses JSON with half a surrogate pair, and accepts whole pairs', () => {
    expect(problemIn(String.raw`"\ud83d\ude00"`)).toBeNull();
    expect(problemIn(String.raw`"\ud83d"`)).toBe('lone_surrogate');
    expect(problemIn(String.raw`"\ude00\ud83d"`)).toBe('lone_surrogate');
    expect(problemIn(String.raw`"\ud83d\n"`)).toBe('lone_surrogate');
    expect(problemIn(String.raw`{"\udc00":1}`)).toBe('lone_surrogate');
    expect(problemIn(String.raw`"\\ud83d"`)).toBeNull();
  });

  it('refuses JSON numbers that would change when they are written again', () => {
    expect(problemIn('9007199254740991')).toBeNull();
    expect(problemIn('[9007199254740993]')).toBe('number_out_of_range');
    expect(problemIn('{"a":-9007199254740993}')).toBe('number_out_of_range');
    expect(problemIn('1e400')).toBe('number_out_of_range');
    expect(problemIn('1.5e300')).toBeNull();
    expect(problemIn('"9007199254740993"')).toBeNull();
  });

  it('counts the structure of JSON outside strings only', () => {
    const bounds = { depthMax: 64, structuresMax: 5 };
    expect(scanText('[1,2,3]', bounds)).toBeNull();
    expect(scanText('[1,2,3,4,5]', bounds)?.problem).toBe('too_many_structures');
    expect(scanText(`["${',[{'.repeat(100)}"]`, bounds)).toBeNull();
  });

  it('accepts JSON with every key once', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6, noUnicodeString: false }), (value) => {
        const problem = problemIn(JSON.stringify(value));
        // Output of JSON.stringify has no duplicate keys and is not deep here.
        expect(['lone_surrogate', 'number_out_of_range', null]).toContain(problem);
      }),
    );
  });

  it('scanning ends at the end of the text, also where an escape reaches beyond it', () => {
    // A sticky expression that starts beyond the end begins again at 0: the first of these once never ended, the next two
    // were judged wrongly.
    for (const text of ['1"\\', '"a""\\', '{"a":1}"\\', '"\\ud83d\\', '["\\ud83d\\ude']) {
      expect(['malformed', 'lone_surrogate']).toContain(scanText(text, BOUNDS)?.problem);
    }
  });

  it('scanning a text never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        scanText(text, BOUNDS);
      }),
    );
    const fragments = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '\\',
      '\\u',
      'd83d',
      '-',
      '1',
      'e',
      '.',
      '"a"',
      'true',
    );
    fc.assert(fc.property(fc.array(fragments, { maxLength: 60 }), (parts) => void scanText(parts.join(''), BOUNDS)));
  });
});
