import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeText, findTextProblem, storable } from './text-problem.ts';

describe('findTextProblem', () => {
  it('finds the first problem in the order of a document, also in a field’s own name', () => {
    const value = { a: [{ b: 'fine' }, { b: 'x\0' }], c: '\ud800' };
    expect(findTextProblem(value)).toEqual({ path: ['a', '1', 'b'], problem: 'holds a NUL character (U+0000)' });
    expect(findTextProblem({ a: { 'x\0': 1 } })?.path).toEqual(['a']);
    expect(findTextProblem({ a: [1, null, true, 'ok', {}] })).toBeNull();
  });

  it('does not overflow the stack on a value that is nested a hundred thousand deep', () => {
    let value: unknown = 'x\0';
    for (let depth = 0; depth < 100_000; depth += 1) value = [value];
    expect(findTextProblem(value)?.path).toHaveLength(100_000);
  });
});

describe('storable', () => {
  it('escapes characters that cannot be stored, and leaves everything else unchanged', () => {
    expect(storable({ detail: 'a\0b', list: ['\ud800', '😀'], n: 1 })).toEqual({
      detail: 'a\\u{0}b',
      list: ['\\u{d800}', '😀'],
      n: 1,
    });
  });

  it('storable returns no value with text that cannot be stored', () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => findTextProblem(storable(value)) === null),
    );
  });
});

describe('decodeText', () => {
  it.each([
    ['UTF-16 with its mark', Buffer.from('\ufeff{}', 'utf16le'), 'is UTF-16; save it as UTF-8', 1],
    ['UTF-16 of the other order', Buffer.from('\ufeff{}', 'utf16le').swap16(), 'is UTF-16; save it as UTF-8', 1],
    ['UTF-16 without its mark', Buffer.from('{}', 'utf16le'), 'is UTF-16; save it as UTF-8', 1],
    ['a NUL', Buffer.from('{\n\n"a\0"'), 'holds a NUL character (U+0000)', 3],
    ['Latin-1', Buffer.from('{\n"caf\xe9"}', 'latin1'), 'is not UTF-8; save it as UTF-8', 2],
    ['half of a surrogate pair in bytes', Buffer.from([0x61, 0xed, 0xa0, 0x80]), 'is not UTF-8; save it as UTF-8', 1],
  ] as const)('refuses to decode %s, and names the line', (_what, bytes, problem, line) => {
    expect(decodeText(bytes)).toEqual({ ok: false, problem, line });
  });

  it('decodes every well-formed text, and removes a byte order mark', () => {
    expect(decodeText(Buffer.from('\ufeff{}'))).toEqual({ ok: true, text: '{}' });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 2 }), (given) => {
        fc.pre(!given.includes('\0') && !given.startsWith('\ufeff'));
        expect(decodeText(Buffer.from(given))).toEqual({ ok: true, text: given });
      }),
    );
  });
});
