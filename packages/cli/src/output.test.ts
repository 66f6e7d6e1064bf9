import { describe, expect, it } from 'vitest';
import { printable, seconds, table } from './output.ts';

describe('what is printed', () => {
  it('printed text of others holds no character that a terminal obeys', () => {
    expect(printable('a\u001b[31mred\u001b[0m\u001b]0;title\u0007b\u009b2Jc\r')).toBe(
      'ared\\u{1b}]0;title\\u{7}b\\u{9b}2Jc\\u{d}',
    );
    expect(printable('evil\u202egnp.exe\u200b\u2028')).toBe('evil\\u{202e}gnp.exe\\u{200b}\\u{2028}');
    expect(printable('two\r\nlines\tand ümläut 👋🏽')).toBe('two\nlines\tand ümläut 👋🏽');
  });

  it('prints tables in columns, and times with units', () => {
    expect(
      table(
        ['A', 'B'],
        [
          ['long', 'x'],
          ['', 'y'],
        ],
      ),
    ).toEqual(['A     B', 'long  x', '      y']);
    expect([seconds(420), seconds(12_400), seconds(180_000)]).toEqual(['0.42 s', '12 s', '3 min']);
  });
});
