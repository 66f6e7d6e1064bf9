import { writeSync } from 'node:fs';

/** Characters of lines that wait for the end of the turn; more are written at once. */
const GATHERED_LENGTH_MAX = 8 * 1024;
/** Characters kept while the other end of a pipe is slow. What comes on top is lost and counted. */
const WAITING_LENGTH_MAX = 1024 * 1024;
/** Milliseconds between two attempts at a pipe that is full. */
const RETRY_MS = 50;
/** Milliseconds between two attempts at a disk that is full: it is asked with whatever is logged then. */
const FULL_RETRY_MS = 1_000;
/** At the end of a process a slow reader gets this many waits of this many milliseconds. */
const END_ATTEMPTS = 20;
const END_WAIT_MS = 10;

export interface LineOutput {
  /** Takes whole lines. Never throws and never blocks on a full disk or a full pipe. */
  write(lines: string): void;
  /** Writes what waits, as far as that works at once; for the end of the process. */
  end(): void;
}

export interface LineOutputOptions {
  /** Writes to the file and returns how many bytes it took; throws what `fs.writeSync` throws. */
  readonly writeBytes: (bytes: Buffer) => number;
  /** The line that says how many were lost, once lines can be written again. */
  readonly lostLine: (lines: number) => string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Writes to an open file; what `LineOutputOptions.writeBytes` asks for. */
export function writerOf(fileDescriptor: number): LineOutputOptions['writeBytes'] {
  return (bytes) => writeSync(fileDescriptor, bytes);
}

/**
 * Lines of a process that must outlive its log: a disk without space, a closed pipe or a slow reader cost lines, which
 * are counted, and never the process. The lines of one turn of the event loop leave in one write, without waiting for
 * the disk: that wait was a quarter of the gateway's work.
 */
export function createLineOutput({ writeBytes, lostLine, now }: LineOutputOptions): LineOutput {
  let gathered = '';
  let waiting: Buffer = Buffer.alloc(0);
  /** Lines that were not written, and how many of them the line that waits will report. */
  let lost = 0;
  let reported = 0;
  /** The last line in the file was cut, and its rest is lost. */
  let isCut = false;
  let quietUntil = 0;
  let isRetrying = false;

  const flush = () => {
    const lines = gathered;
    gathered = '';
    if (lines === '') return;
    if (now() < quietUntil || waiting.length + lines.length > WAITING_LENGTH_MAX) {
      lost += countLines(lines);
      return;
    }
    const report = lost > reported ? `${isCut ? '\n' : ''}${lostLine(lost - reported)}\n` : '';
    reported = lost;
    waiting = Buffer.concat([waiting, Buffer.from(report + lines)]);
    drain();
  };

  const drain = () => {
    let last = NEWLINE;
    try {
      while (waiting.length > 0) {
        const taken = writeBytes(waiting);
        last = waiting[taken - 1] ?? last;
        waiting = waiting.subarray(taken);
        isCut = false;
      }
      lost -= reported;
      reported = 0;
    } catch (error) {
      if (isBusy(error)) {
        if (isRetrying) return;
        isRetrying = true;
        setTimeout(() => {
          isRetrying = false;
          drain();
        }, RETRY_MS).unref();
        return;
      }
      lost += countLines(waiting.toString()) - (reported > 0 ? 1 : 0);
      reported = 0;
      isCut ||= last !== NEWLINE;
      waiting = Buffer.alloc(0);
      quietUntil = now() + FULL_RETRY_MS;
    }
  };

  return {
    write(lines) {
      if (gathered === '') setImmediate(flush);
      gathered += lines;
      if (gathered.length > GATHERED_LENGTH_MAX) flush();
    },
    end() {
      flush();
      for (let attempt = 0; waiting.length > 0 && attempt < END_ATTEMPTS; attempt += 1) {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, END_WAIT_MS);
        drain();
      }
    },
  };
}

const NEWLINE = 0x0a;

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** The reader of a pipe is behind; a file or a pipe that is gone says something else. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}
