/**
 * Turns the output of a connector into records. The supervisor sets time, source and request id; the text is data:
 * escaped, at most 8 KiB a line, at most 1 MB a minute, with known secret values replaced.
 */

import { StringDecoder } from 'node:string_decoder';
import { escapeText } from '@patchbay/foundation';
import type { LogLevel, LogRecord } from '@patchbay/sandbox-protocol';
import { HOST_LIMITS } from '../bounds/limits.ts';

const LIMITS = HOST_LIMITS.log;
const MINUTE_MS = 60_000;
/** Shorter values would replace ordinary words. */
const SECRET_LENGTH_MIN = 6;

export interface LogCaptureOptions {
  readonly secrets: readonly string[];
  /** Milliseconds since the epoch. */
  now(): number;
  emit(record: Pick<LogRecord, 'at' | 'level' | 'source' | 'text' | 'requestId'>): void;
  onDropped?(): void;
}

export class LogCapture {
  readonly #options: LogCaptureOptions;
  readonly #secrets: readonly string[];
  #windowStart: number;
  #windowBytes = 0;
  #dropped = 0;

  constructor(options: LogCaptureOptions) {
    this.#options = options;
    this.#windowStart = options.now();
    this.#secrets = options.secrets
      .filter((secret) => secret.length >= SECRET_LENGTH_MIN)
      .flatMap((secret) => [secret, Buffer.from(secret).toString('base64'), encodeURIComponent(secret)]);
  }

  write(line: { level: LogLevel; source: LogRecord['source']; text: string; requestId?: string | undefined }): void {
    const now = this.#options.now();
    if (now - this.#windowStart >= MINUTE_MS) this.#openWindow(now);
    const text = cut(escapeText(this.#withoutSecrets(line.text.slice(0, LIMITS.lineBytesMax * 2))));
    this.#windowBytes += Buffer.byteLength(text);
    if (this.#windowBytes > LIMITS.bytesPerMinute) {
      this.#dropped += 1;
      this.#options.onDropped?.();
      return;
    }
    this.#emit(now, { ...line, text });
  }

  /** For a stream of bytes: its lines are written. */
  stream(level: LogLevel): LineStream {
    return new LineStream((text) => this.write({ level, source: 'stderr', text }));
  }

  /** Reports how many lines the last window lost. */
  flush(): void {
    this.#openWindow(this.#options.now());
  }

  #openWindow(now: number): void {
    const dropped = this.#dropped;
    this.#windowStart = now;
    this.#windowBytes = 0;
    this.#dropped = 0;
    if (dropped === 0) return;
    const text = `${dropped} lines were dropped: more than ${LIMITS.bytesPerMinute} bytes in a minute`;
    this.#emit(now, { level: 'warn', source: 'platform', text });
  }

  #emit(
    now: number,
    line: { level: LogLevel; source: LogRecord['source']; text: string; requestId?: string | undefined },
  ): void {
    const { level, source, text, requestId } = line;
    const at = new Date(now).toISOString();
    this.#options.emit({ at, level, source, text, ...(requestId !== undefined && { requestId }) });
  }

  #withoutSecrets(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, '[secret]');
    return clean;
  }
}

/** Cuts a stream of bytes into lines; text may be split anywhere, inside a character too. */
export class LineStream {
  readonly #onLine: (text: string) => void;
  readonly #decoder = new StringDecoder('utf8');
  /** The line that has no end yet. */
  #rest = '';

  constructor(onLine: (text: string) => void) {
    this.#onLine = onLine;
  }

  write(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk));
    // An endless line is cut where a line would end, so that it cannot grow in memory.
    if (this.#rest.length > LIMITS.lineBytesMax) this.#take('\n');
  }

  /** The stream has ended, perhaps without a line break. */
  end(): void {
    this.#take(`${this.#decoder.end()}\n`);
  }

  #take(text: string): void {
    const lines = `${this.#rest}${text}`.split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') this.#onLine(line);
  }
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.byteLength <= LIMITS.lineBytesMax) return text;
  return `${new StringDecoder('utf8').write(bytes.subarray(0, LIMITS.lineBytesMax - 4))}…`;
}
