import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeLogText, LOG_TEXT_BYTES_MAX } from './escape-text.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
const STEERING = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u061c\u2028-\u202e\u2066-\u2069\ufeff]/;

describe('escapeLogText', () => {
  it('escapes every control byte of a log text, keeps it within 8 KiB, and changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 9_000, size: 'max' }), (text) => {
        const escaped = escapeLogText(text);
        expect(escaped).not.toMatch(STEERING);
        expect(escaped.isWellFormed()).toBe(true);
        expect(Buffer.byteLength(escaped)).toBeLessThanOrEqual(LOG_TEXT_BYTES_MAX);
        expect(escapeLogText(escaped)).toBe(escaped);
      }),
      { numRuns: 60 },
    );
  });

  it.each([
    ['OSC 52', '\u001b]52;c;aGk=\u0007', '\\u{1b}]52;c;aGk=\\u{7}'],
    ['a forged line', 'x\n{"level":"error"}', 'x\\u{a}{"level":"error"}'],
    ['a C1 sequence', '\u009b2J', '\\u{9b}2J'],
    ['right to left', 'a\u202eb', 'a\\u{202e}b'],
    ['half a character', 'a\ud83d', 'a\\u{d83d}'],
  ])('shows %s as text', (_, text, shown) => {
    expect(escapeLogText(text)).toBe(shown);
  });

  it('leaves ordinary text in a log as it is, in any script', () => {
    expect(escapeLogText('Grüße, 世界 👋🏽 \\u{1b}')).toBe('Grüße, 世界 👋🏽 \\u{1b}');
  });

  it('cuts a log text of a megabyte at a whole character', () => {
    const cut = escapeLogText('👋'.repeat(262_144));
    expect(cut.endsWith('…')).toBe(true);
    expect(cut.isWellFormed()).toBe(true);
  });
});
