import { writeSync } from 'node:fs';

/** Characters of lines that wait for the end of the turn; more are written at once. */
const GATHERED_LENGTH_MAX = 8 * 1024;
/** Characters kept while the reader of a pipe is slow. Further ones are dropped and counted. */
const WAITING_LENGTH_MAX = 1024 * 1024;
/** Milliseconds between two attempts at a pipe that is full. */
const RETRY_MS = 50;
/** Milliseconds between two attempts at a disk that is full: it is asked with whatever is logged then. */
const FULL_RETRY_MS = 1_000;
/** At the end of a process a slow reader gets this many waits of this many milliseconds. */
const END_ATTEMPTS = 20;
const END_WAIT_MS = 10;

export interface LineOutputOptions {
  /** Writes to the file and returns how many bytes it took; throws what `fs.writeSync` throws. */
  readonly writeBytes: (bytes: Buffer) => number;
  /** The line that reports how many were lost, once lines can be written again. */
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
export class LineOutput {
  readonly #options: LineOutputOptions;
  #gathered = '';
  #waiting: Buffer = Buffer.alloc(0);
  /** Lines that were not written, and how many of them the line that waits will report. */
  #lost = 0;
  #reported = 0;
  /** The last line in the file was cut, and its rest is lost. */
  #isCut = false;
  #quietUntil = 0;
  #isRetrying = false;

  constructor(options: LineOutputOptions) {
    this.#options = options;
  }

  /** Takes complete lines. Never throws and never blocks on a full disk or a full pipe. */
  write(lines: string): void {
    if (this.#gathered === '') setImmediate(() => this.#flush());
    this.#gathered += lines;
    if (this.#gathered.length > GATHERED_LENGTH_MAX) this.#flush();
  }

  /** Writes what waits, as far as that works at once; for the end of the process. */
  end(): void {
    this.#flush();
    for (let attempt = 0; this.#waiting.length > 0 && attempt < END_ATTEMPTS; attempt += 1) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, END_WAIT_MS);
      this.#drain();
    }
  }

  #flush(): void {
    const { now, lostLine } = this.#options;
    const lines = this.#gathered;
    this.#gathered = '';
    if (lines === '') return;
    if (now() < this.#quietUntil || this.#waiting.length + lines.length > WAITING_LENGTH_MAX) {
      this.#lost += countLines(lines);
      return;
    }
    const unreported = this.#lost - this.#reported;
    const report = unreported > 0 ? `${this.#isCut ? '\n' : ''}${lostLine(unreported)}\n` : '';
    this.#reported = this.#lost;
    this.#waiting = Buffer.concat([this.#waiting, Buffer.from(report + lines)]);
    this.#drain();
  }

  #drain(): void {
    let last = NEWLINE;
    try {
      while (this.#waiting.length > 0) {
        const taken = this.#options.writeBytes(this.#waiting);
        last = this.#waiting[taken - 1] ?? last;
        this.#waiting = this.#waiting.subarray(taken);
        this.#isCut = false;
      }
      this.#lost -= this.#reported;
      this.#reported = 0;
    } catch (error) {
      if (isBusy(error)) this.#retry();
      else this.#giveUp(last);
    }
  }

  #retry(): void {
    if (this.#isRetrying) return;
    this.#isRetrying = true;
    setTimeout(() => {
      this.#isRetrying = false;
      this.#drain();
    }, RETRY_MS).unref();
  }

  /** @param last the byte that was written last */
  #giveUp(last: number): void {
    this.#lost += countLines(this.#waiting.toString()) - (this.#reported > 0 ? 1 : 0);
    this.#reported = 0;
    this.#isCut ||= last !== NEWLINE;
    this.#waiting = Buffer.alloc(0);
    this.#quietUntil = this.#options.now() + FULL_RETRY_MS;
  }
}

const NEWLINE = 0x0a;

function countLines(text: string): number {
  return text.split('\n').length - 1;
}

/** The reader of a pipe is behind; a missing file or a closed pipe has another error. */
function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EAGAIN' || error.code === 'EBUSY');
}
