import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { AppError } from '@patchbay/foundation';
import type { ServerMessage } from './messages.ts';

/** Takes exactly so many bytes from a stream at a time; the rest stays in it for its next reader. */
export class ByteReader {
  readonly #stream: Readable;
  readonly #signal: AbortSignal;
  /** Resolves the wait for more bytes. */
  #wake: () => void = () => {};

  /** @param signal ends all waiting */
  constructor(stream: Readable, signal: AbortSignal) {
    this.#stream = stream;
    this.#signal = signal;
    for (const event of CHANGES) stream.on(event, this.#onChange);
    signal.addEventListener('abort', this.#onChange);
  }

  /** @throws AppError `egress.upstream_failed` when the stream ends before, or the signal */
  async read(bytes: number): Promise<Buffer> {
    if (bytes === 0) return Buffer.alloc(0);
    for (;;) {
      if (this.#signal.aborted) throw failed('took too long, or is not waited for any more');
      // A stream without an encoding returns buffers.
      const chunk = this.#stream.read(bytes) as Buffer | null;
      if (chunk?.byteLength === bytes) return chunk;
      if (chunk || this.#stream.readableEnded || this.#stream.destroyed) throw failed('ended the connection');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next message of a server. @throws AppError `egress.upstream_failed`, also when it is longer than `bytesMax` */
  async readMessage(bytesMax: number): Promise<ServerMessage> {
    const head = await this.read(5);
    const length = head.readInt32BE(1) - 4;
    if (length < 0 || length > bytesMax) throw failed('does not speak the PostgreSQL protocol');
    return { kind: head.toString('latin1', 0, 1), body: await this.read(length) };
  }

  /** Resolves when the stream can be piped. */
  async release(): Promise<void> {
    for (const event of CHANGES) this.#stream.off(event, this.#onChange);
    this.#signal.removeEventListener('abort', this.#onChange);
    // A stream notices in its next turn that it is not read by hand any more.
    await nextTurn();
  }

  readonly #onChange = (): void => this.#wake();
}

const CHANGES = ['readable', 'end', 'error', 'close'];

const failed = (what: string) => new AppError('egress.upstream_failed', { detail: `The other end ${what}.` });
