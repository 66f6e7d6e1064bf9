import { describe, expect, it } from 'vitest';
import type { LogRecord } from '../../protocol/log-record.ts';
import { escapeText } from './escape-text.ts';
import { LogCapture } from './log-capture.ts';

type Line = Pick<LogRecord, 'at' | 'level' | 'source' | 'text' | 'requestId'>;

function given(secrets: string[] = []) {
  const lines: Line[] = [];
  const clock = { now: 0 };
  const capture = new LogCapture({ secrets, now: () => clock.now, emit: (line) => lines.push(line) });
  return { lines, clock, capture };
}

describe('escapeText', () => {
  it('lets no control byte out, of all 256', () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = escapeText(String.fromCharCode(byte));
      const isControl = byte < 0x20 || (byte >= 0x7f && byte <= 0x9f);
      expect([byte, text.length > 1]).toEqual([byte, isControl]);
    }
  });

  it.each([
    ['OSC 52', '\u001b]52;c;ZXZpbA==\u0007', '\\x1b]52;c;ZXZpbA==\\x07'],
    ['a title', '\u009d0;x\u009c', '\\x9d0;x\\x9c'],
    ['a bidirectional override', 'a\u202eb', 'a\\u202eb'],
    ['a line separator', 'a\u2028b', 'a\\u2028b'],
    ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
    ['a lone surrogate', 'a\ud800b', 'a\\ud800b'],
    ['a line break with a forged record', 'x\n{"level":"error"}', 'x\\x0a{"level":"error"}'],
    ['words of any script', 'Grüße, 東京 🌧', 'Grüße, 東京 🌧'],
  ])('shows %s', (_what, text, expected) => {
    expect(escapeText(text)).toBe(expected);
  });
});

describe('LogCapture', () => {
  it('puts characters together that arrive split', () => {
    const { lines, capture } = given();
    const bytes = Buffer.from('Grüße\n🌧\n');
    const stream = capture.stream('error');
    for (const byte of bytes) stream(Buffer.from([byte]));
    expect(lines.map(({ text }) => text)).toEqual(['Grüße', '🌧']);
  });

  it('cuts a line of 1 MiB to pieces of 8 KiB and keeps its own memory small', () => {
    const { lines, capture } = given();
    const stream = capture.stream('info');
    stream(Buffer.alloc(1024 * 1024, 'x'));
    stream(null);
    expect(lines.every(({ text }) => Buffer.byteLength(text) <= 8 * 1024)).toBe(true);
  });

  it('replaces secrets: plain, base64 and in a URL', () => {
    const secret = 'p@ss word/1';
    const { lines, capture } = given([secret]);
    for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
      capture.write({ level: 'info', source: 'connector', text: `key=${form}.` });
    }
    expect(lines.map(({ text }) => text)).toEqual(Array(3).fill('key=[secret].'));
  });

  it('drops what is above the rate, says how many, and starts anew after a minute', () => {
    const { lines, clock, capture } = given();
    for (let count = 0; count < 200; count++)
      capture.write({ level: 'info', source: 'stderr', text: 'x'.repeat(8000) });
    const kept = lines.length;
    expect(kept).toBeLessThan(200);
    clock.now = 60_000;
    capture.write({ level: 'info', source: 'stderr', text: 'again' });
    expect(lines.slice(kept).map(({ source, text }) => [source, text])).toEqual([
      ['platform', expect.stringContaining(`${200 - kept} lines were dropped`)],
      ['stderr', 'again'],
    ]);
  });
});
