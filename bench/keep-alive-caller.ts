import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

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

  /** One call after the other: never two at once on one caller. */
  async call(request: Buffer): Promise<Answered> {
    const startedAt = performance.now();
    const answered = readAnswer(this.#socket);
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
    const answered = once(this.#socket, 'data');
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

function readAnswer(socket: Socket): Promise<Omit<Answered, 'ms'>> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (act: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', onClose);
      act();
    };
    const onClose = () => settle(() => reject(new Error('the server closed the connection')));
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = text.slice(0, end);
      const body = text.slice(end + 4);
      if (isWhole(head, body)) settle(() => resolve({ status: Number(text.slice(9, 12)), head, body }));
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
  });
}

/** By its length, or by the last chunk. */
function isWhole(head: string, body: string): boolean {
  const length = headerOf({ head }, 'content-length');
  if (length !== undefined) return body.length >= Number(length);
  return /\r\ntransfer-encoding: chunked/i.test(head) ? body.endsWith('0\r\n\r\n') : true;
}
