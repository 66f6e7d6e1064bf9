import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answered {
  readonly status: number;
  readonly ms: number;
  readonly body: string;
}

/** One kept-alive connection and the bytes of HTTP/1.1 by hand: what a client library costs is not what is measured. */
export class KeepAliveCaller {
  readonly #socket: Socket;
  readonly #request: Buffer;

  private constructor(socket: Socket, request: Buffer) {
    this.#socket = socket;
    this.#request = request;
  }

  /** @param message sent as it is with every call */
  static async open(url: URL, apiKey: string, message: object): Promise<KeepAliveCaller> {
    const body = JSON.stringify(message);
    const lines = [
      `POST ${url.pathname} HTTP/1.1`,
      `host: ${url.host}`,
      `authorization: Bearer ${apiKey}`,
      'content-type: application/json',
      'accept: application/json, text/event-stream',
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    const socket = connect(Number(url.port || 80), url.hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new KeepAliveCaller(socket, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`));
  }

  /** One call after the other: never two at once on one caller. */
  async call(): Promise<Answered> {
    const startedAt = performance.now();
    const answered = readAnswer(this.#socket);
    this.#socket.write(this.#request);
    const { status, body } = await answered;
    return { status, body, ms: performance.now() - startedAt };
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** An answer with Content-Length, as every one without events before it has. */
function readAnswer(socket: Socket): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    let text = '';
    const settle = (act: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', onClose);
      act();
    };
    const onClose = () => settle(() => reject(new Error('the gateway closed the connection')));
    const onData = (chunk: Buffer) => {
      text += chunk.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
      if (length === undefined) return settle(() => reject(new Error(`an answer without length: ${text}`)));
      if (text.length < end + 4 + Number(length)) return;
      settle(() => resolve({ status: Number(text.slice(9, 12)), body: text.slice(end + 4) }));
    };
    socket.on('data', onData).on('close', onClose).on('error', onClose);
  });
}
