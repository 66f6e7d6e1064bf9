import type { LogRecord } from '@patchbay/sandbox-protocol';
import { describe, expect, it } from 'vitest';
import { LogCapture } from './log-capture.ts';

type Line = Pick<LogRecord, 'at' | 'level' | 'source' | 'text' | 'requestId'>;

function given(secrets: string[] = []) {
  const lines: Line[] = [];
  const clock = { now: 0 };
  const capture = new LogCapture({ secrets, now: () => clock.now, emit: (line) => lines.push(line) });
  return { lines, clock, capture };
}

describe('LogCapture', () => {
  it('joins the bytes of a character that arrives split in a log line', () => {
    const { lines, capture } = given();
    const bytes = Buffer.from('Grüße\n🌧\n');
    const stream = capture.stream('error');
    for (const byte of bytes) stream.write(Buffer.from([byte]));
    expect(lines.map(({ text }) => text)).toEqual(['Grüße', '🌧']);
  });

  it('cuts a log line of 1 MiB to pieces of 8 KiB and keeps its own memory small', () => {
    const { lines, capture } = given();
    const stream = capture.stream('info');
    stream.write(Buffer.alloc(1024 * 1024, 'x'));
    stream.end();
    expect(lines.every(({ text }) => Buffer.byteLength(text) <= 8 * 1024)).toBe(true);
  });

  it('replaces secrets in log lines: plain, base64 and in a URL', () => {
    const secret = 'p@ss word/1';
    const { lines, capture } = given([secret]);
    for (const form of [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]) {
      capture.write({ level: 'info', source: 'connector', text: `key=${form}.` });
    }
    expect(lines.map(({ text }) => text)).toEqual(Array(3).fill('key=[secret].'));
  });

  it('drops log lines above the rate, reports how many, and starts again after a minute', () => {
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
