import { Transform } from 'node:stream';

/** The message with which a client closes the connection. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

/**
 * Ends a session in which nothing happens. While the server owes an answer only the total time counts: a query may
 * think for minutes, an unused connection may not.
 */
export class IdleWatch {
  readonly #limits: { readonly idleMs: number; readonly totalMs: number };
  readonly #end: () => void;
  readonly #total: NodeJS.Timeout;
  #idle: NodeJS.Timeout;
  #owesAnswer = false;

  constructor(limits: { readonly idleMs: number; readonly totalMs: number }, end: () => void) {
    this.#limits = limits;
    this.#end = end;
    this.#total = setTimeout(end, limits.totalMs);
    this.#idle = setTimeout(end, limits.idleMs);
  }

  /** Whether the client sent something after the server's last byte. */
  get owesAnswer(): boolean {
    return this.#owesAnswer;
  }

  /** A step that the client's bytes pass. */
  asking(): Transform {
    return passing((chunk) => {
      clearTimeout(this.#idle);
      this.#owesAnswer = !chunk.subarray(-TERMINATE.byteLength).equals(TERMINATE);
    });
  }

  /** A step that the server's bytes pass. */
  answering(): Transform {
    return passing(() => {
      this.#owesAnswer = false;
      clearTimeout(this.#idle);
      this.#idle = setTimeout(this.#end, this.#limits.idleMs);
    });
  }

  stop(): void {
    clearTimeout(this.#idle);
    clearTimeout(this.#total);
  }
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      look(chunk);
      done(null, chunk);
    },
  });
}
