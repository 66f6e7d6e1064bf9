/**
 * Server-sent events on a Fastify answer. A stream is held to what it may cost: a number per caller, a permission
 * that is checked again while it lasts, and a deadline for each write, so that a reader who stops reading is dropped.
 */
import { AppError } from '@patchbay/foundation';
import type { FastifyReply, FastifyRequest } from 'fastify';

const KEEP_ALIVE_MS = 15_000;
const WRITE_DEADLINE_MS = 20_000;
const REAUTHORIZE_MS = 30_000;
export const STREAMS_PER_CALLER_MAX = 8;

/** One event; `id` lets the reader go on where it stopped. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

export interface StreamGuards {
  /** Key of the caller the stream counts against. */
  readonly caller: string;
  /** Throws once the caller may no longer see the stream. */
  reauthorize(): Promise<void>;
}

/** Counts open streams per caller, and ends them all when the server closes. */
export class StreamCounter {
  readonly #open = new Map<string, number>();
  readonly #closing = new AbortController();

  /** Aborted when the server closes: an open stream would otherwise hold it up for ever. */
  get closing(): AbortSignal {
    return this.#closing.signal;
  }

  close(): void {
    this.#closing.abort();
  }

  /** @returns gives the place back; call it once @throws AppError `admin.too_many_streams` */
  admit(caller: string): () => void {
    const count = this.#open.get(caller) ?? 0;
    if (count >= STREAMS_PER_CALLER_MAX) throw new AppError('admin.too_many_streams', { retryAfterSeconds: 5 });
    this.#open.set(caller, count + 1);
    return () => {
      const left = (this.#open.get(caller) ?? 1) - 1;
      if (left === 0) this.#open.delete(caller);
      else this.#open.set(caller, left);
    };
  }
}

/**
 * Writes events until the source ends, the reader goes away or the permission does.
 * The source gets a signal that ends with the stream.
 */
export async function streamEvents(
  exchange: { request: FastifyRequest; reply: FastifyReply; counter: StreamCounter },
  guards: StreamGuards,
  source: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
): Promise<void> {
  const { request, reply, counter } = exchange;
  const release = counter.admit(guards.caller);
  const ended = new AbortController();
  const stop = () => ended.abort();
  request.raw.socket.once('close', stop);
  counter.closing.addEventListener('abort', stop, { once: true });
  reply.raw.once('error', stop);
  reply.hijack();
  const headers = { ...reply.getHeaders(), 'content-type': 'text/event-stream', 'cache-control': 'no-store' };
  // Proxies that buffer would hold events back; a connection kept after its stream would hold up a closing server.
  reply.raw.writeHead(200, { ...headers, 'x-accel-buffering': 'no', connection: 'close' } as Record<string, string>);
  const write = (text: string) => writeWithDeadline(reply, text, stop);
  write(': open\n\n');
  const keepAlive = setInterval(() => write(': keep-alive\n\n'), KEEP_ALIVE_MS);
  const check = setInterval(() => guards.reauthorize().catch(stop), REAUTHORIZE_MS);
  try {
    for await (const event of source(ended.signal)) {
      if (ended.signal.aborted) break;
      await write(render(event));
    }
  } catch (error) {
    if (!ended.signal.aborted) request.log.error({ err: error, requestId: request.id }, 'event stream failed');
  } finally {
    clearInterval(keepAlive);
    clearInterval(check);
    request.raw.socket.off('close', stop);
    counter.closing.removeEventListener('abort', stop);
    stop();
    release();
    reply.raw.end();
  }
}

/** Resolves when the bytes left our memory; a reader that takes too long loses the connection. */
function writeWithDeadline(reply: FastifyReply, text: string, stop: () => void): Promise<void> {
  if (reply.raw.destroyed || reply.raw.writableEnded) return Promise.resolve();
  if (reply.raw.write(text)) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      stop();
      reply.raw.destroy();
      resolve();
    }, WRITE_DEADLINE_MS);
    const done = () => {
      clearTimeout(timer);
      reply.raw.off('drain', done).off('close', done);
      resolve();
    };
    reply.raw.once('drain', done).once('close', done);
  });
}

function render({ event, data, id }: ServerEvent): string {
  // JSON never holds a raw line break, so one data line is enough.
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
