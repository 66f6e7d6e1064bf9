/**
 * Server-sent events on a Fastify answer. A stream is held to what it may cost: a number per caller, a permission that is
 * checked again while it lasts, and a deadline for each write, so that a reader who stops reading is dropped.
 */

import { once } from 'node:events';
import type { Change } from '@patchbay/domain/changes';
import { AppError, asAppError } from '@patchbay/foundation';
import { ADMIN_LIMITS, STREAM_LIMITS } from '@patchbay/foundation/limits';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { EventWriter } from '../../streams/event-writer.ts';
import type { Leases } from '../../streams/leases.ts';

const KEEP_ALIVE_MS = STREAM_LIMITS.keepAlive.value;
const UNREAD_BYTES_MAX = ADMIN_LIMITS.streamUnread.value;
export const STREAMS_PER_CALLER_MAX = ADMIN_LIMITS.streams.value;

/** One event; `id` lets the reader resume. */
export interface ServerEvent {
  readonly event: string;
  readonly data: unknown;
  readonly id?: string;
}

export interface StreamGuards {
  /** Key of the caller the stream counts against. */
  readonly caller: string;
  /** Whether the change can end the permission. */
  concerns(change: Change): boolean;
  /** Throws once the caller may no longer see the stream. */
  reauthorize(): Promise<void>;
}

/** Counts open streams per caller, and ends them all when the server closes. */
export class StreamCounter {
  readonly #open = new Map<string, number>();
  readonly #closing = new AbortController();

  /** Aborted when the server closes: an open stream would otherwise block the shutdown. */
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
 * Writes events until the source ends, the reader disconnects or the permission ends; then the last event, `ended`,
 * gives the reason. The source gets a signal that ends with the stream.
 */
export async function streamEvents(
  exchange: { request: FastifyRequest; reply: FastifyReply; counter: StreamCounter; leases: Leases },
  guards: StreamGuards,
  source: (signal: AbortSignal) => AsyncIterable<ServerEvent>,
): Promise<void> {
  const { request, reply, counter, leases } = exchange;
  const response = reply.raw;
  const release = counter.admit(guards.caller);
  const ended = new AbortController();
  const stop = () => ended.abort();
  response.once('close', stop);
  counter.closing.addEventListener('abort', stop, { once: true });
  reply.hijack();
  const writer = new EventWriter(response, {
    // A connection kept after its stream would hold up a closing server.
    headers: () => ({ ...(reply.getHeaders() as Record<string, string>), connection: 'close' }), // set as texts only
    unreadBytesMax: UNREAD_BYTES_MAX,
  });
  writer.write(': open\n\n');
  const keepAlive = setInterval(() => writer.keepAlive(), KEEP_ALIVE_MS);
  let lost: unknown = null;
  const lease = leases.hold<void>(undefined, {
    concerns: guards.concerns,
    reauthorize: guards.reauthorize,
    lost(error) {
      lost = error;
      stop();
    },
  });
  try {
    for await (const event of source(ended.signal)) {
      if (ended.signal.aborted) break;
      writer.write(render(event));
      // Events are made as fast as they are read.
      if (response.writableNeedDrain) await once(response, 'drain', { signal: ended.signal });
    }
  } catch (error) {
    // A source that stops because the stream has ended has no further events.
    if (!ended.signal.aborted) lost = error;
  } finally {
    clearInterval(keepAlive);
    lease.end();
    counter.closing.removeEventListener('abort', stop);
    stop();
    release();
    writer.end(lost === null ? undefined : renderEnd(lost, request));
  }
}

function renderEnd(cause: unknown, request: FastifyRequest): string {
  const error = asAppError(cause);
  if (error.spec.owner === 'platform') request.log.error({ err: cause, requestId: request.id }, 'event stream failed');
  const { title, hint } = error.spec;
  return render({ event: 'ended', data: { code: error.code, title, hint, requestId: request.id } });
}

function render({ event, data, id }: ServerEvent): string {
  // JSON never holds a raw line break, so one data line is enough.
  return `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
