import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Longer than any deadline of what is measured; a call that takes longer is lost. */
const CALL_MS_MAX = 30_000;
const CLOSED = 'the server closed the connection';

export interface Answered {
  readonly status: number;
  readonly ms: number;
  /** Status line and headers as they came. */
  readonly head: string;
  /** As it came: events stay events, chunks keep their lengths. */
  readonly body: string;
}

/** One kept-alive connection and the bytes of HTTP/1.1 by hand: what a client library costs is not what is measured. */
export class KeepAliveCaller {
  readonly #socket: Socket;
  readonly #url: URL;

  private constructor(socket: Socket, url: URL) {
    this.#socket = socket;
    this.#url = url;
    // A server that is killed resets idle connections too; a later call on one reports that itself.
    socket.on('error', () => {});
  }

  static async open(url: URL): Promise<KeepAliveCaller> {
    const socket = connect(Number(url.port || 80), url.hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new KeepAliveCaller(socket, url);
  }

  /** A POST of this message, to be sent as often as wanted; to another path of the same server when one is named. */
  post(message: object, headers: Readonly<Record<string, string>>, pathname = this.#url.pathname): Buffer {
    const body = JSON.stringify(message);
    const lines = [
      `POST ${pathname} HTTP/1.1`,
      `host: ${this.#url.host}`,
      'content-type: application/json',
      'accept: application/json, text/event-stream',
      ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
  }

  /**
   * One call after the other: never two at once on one caller.
   *
   * @throws Error when no complete answer came in time: a server that loses a call must not hold up the run
   */
  async call(request: Buffer, timeoutMs = CALL_MS_MAX): Promise<Answered> {
    if (this.#socket.destroyed) throw new Error(CLOSED);
    const startedAt = performance.now();
    const answered = readAnswer(this.#socket, timeoutMs);
    this.#socket.write(request);
    const answer = await answered;
    return { ...answer, ms: performance.now() - startedAt };
  }

  /** Sends without waiting for what comes back. */
  send(request: Buffer): void {
    this.#socket.write(request);
  }

  /** Sends and waits until something comes back, as the first event of a stream that has no end. */
  async firstBytes(request: Buffer): Promise<void> {
    const answered = once(this.#socket, 'data', { signal: AbortSignal.timeout(CALL_MS_MAX) });
    this.#socket.write(request);
    await answered;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** The value of a header of an answer. */
export function headerOf({ head }: Pick<Answered, 'head'>, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: ([^\\r]*)`, 'i').exec(head)?.[1];
}

function readAnswer(socket: Socket, timeoutMs: number): Promise<Omit<Answered, 'ms'>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let head: string | null = null;
    /** Bytes of the answer with its body, once its head has declared them. */
    let wanted: number | null = null;
    const settle = (act: () => void) => {
      clearTimeout(timer);
      socket.off('data', onData).off('close', onClose).off('error', onClose);
      act();
    };
    const fail = (message: string) => settle(() => reject(new Error(message)));
    const timer = setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
    const onClose = () => fail(CLOSED);
    const onData = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.byteLength;
      if (head === null) {
        const text = Buffer.concat(chunks).toString('latin1');
        const end = text.indexOf('\r\n\r\n');
        if (end < 0) return;
        head = text.slice(0, end);
        const length = headerOf({ head }, 'content-length');
        if (length !== undefined) wanted = end + 4 + Number(length);
        else if (!/\r\ntransfer-encoding: chunked/i.test(head)) wanted = 0;
      }
      // By its length, or by the last chunk, which may arrive in pieces itself.
      const isWhole = wanted === null ? endsInLastChunk(chunks) : size >= wanted;
      if (!isWhole) return;
      const [answered, text] = [head, Buffer.concat(chunks).toString('latin1')];
      settle(() =>
        resolve({ status: Number(text.slice(9, 12)), head: answered, body: text.slice(answered.length + 4) }),
      );
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
  });
}

function endsInLastChunk(chunks: readonly Buffer[]): boolean {
  return Buffer.concat(chunks.slice(-5)).subarray(-5).toString('latin1') === '0\r\n\r\n';
}
