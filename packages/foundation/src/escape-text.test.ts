import { describe, expect, it } from 'vitest';
import { escapeJson, escapeText } from './escape-text.ts';

describe('escapeText', () => {
  it('escapes every control byte of all 256, and no other byte', () => {
    for (let byte = 0; byte < 256; byte++) {
      const isControl = byte < 0x20 || (byte >= 0x7f && byte <= 0x9f);
      expect([byte, escapeText(String.fromCharCode(byte)).length > 1]).toEqual([byte, isControl]);
    }
  });

  it.each([
    ['OSC 52', '\u001b]52;c;ZXZpbA==\u0007', '\\u{1b}]52;c;ZXZpbA==\\u{7}'],
    ['a title in C1', '\u009d0;x\u009c', '\\u{9d}0;x\\u{9c}'],
    ['a bidirectional override', 'a\u202eb', 'a\\u{202e}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a zero-width space', 'a\u200bb', 'a\\u{200b}b'],
    ['an interlinear annotation', 'a\ufff9b', 'a\\u{fff9}b'],
    ['half a surrogate pair', 'a\ud800b', 'a\\u{d800}b'],
    ['a line break with a forged record', 'x\n{"level":"error"}', 'x\\u{a}{"level":"error"}'],
  ])('shows %s as text', (_what, text, shown) => {
    expect(escapeText(text)).toBe(shown);
    expect(escapeText(shown)).toBe(shown);
  });

  it.each(['Grüße, 東京 🌧', '👩‍💻 👋🏽', 'می‌خواهم'])('leaves %s as it is', (text) => {
    expect(escapeText(text)).toBe(text);
  });

  it('keeps line breaks and tabs of text that is shown on several lines', () => {
    expect(escapeText('a\n\tb\r', 'lines')).toBe('a\n\tb\\u{d}');
  });
});

it('JSON without acting characters reads back as the same value', () => {
  const value = { text: '\u202eb\u009b2J' };
  const json = escapeJson(JSON.stringify(value, null, 2));
  expect(json).not.toMatch(/[\u202e\u009b]/);
  expect(JSON.parse(json)).toEqual(value);
});
