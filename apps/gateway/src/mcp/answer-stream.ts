import type { ServerResponse } from 'node:http';
import { type JsonObject, notificationMessage, SSE_KEEP_ALIVE, sseEvent, ssePriming } from '@patchbay/mcp';

export interface AnswerStreamOptions {
  /** Whether the client takes text/event-stream. */
  readonly mayStream: boolean;
  /** Headers the answer carries whichever shape it gets. */
  headers(): Readonly<Record<string, string>>;
}

/** After this long without an answer the stream opens, so that nothing on the way closes an idle connection. */
const KEEP_ALIVE_MS = 15_000;
/** What a reader who does not read may leave lying here before the connection is closed. Bytes. */
const UNREAD_BYTES_MAX = 4 * 1024 * 1024;

/**
 * The answer of one POST: plain JSON, unless something has to be said before it; then server-sent events on the same
 * response. Decided late, because most calls just answer.
 */
export class AnswerStream {
  readonly #response: ServerResponse;
  readonly #options: AnswerStreamOptions;
  readonly #keepAlive: NodeJS.Timeout | undefined;
  #open = false;
  #ended = false;

  constructor(response: ServerResponse, options: AnswerStreamOptions) {
    this.#response = response;
    this.#options = options;
    if (options.mayStream) {
      this.#keepAlive = setInterval(() => this.#write(SSE_KEEP_ALIVE), KEEP_ALIVE_MS);
    }
  }

  /** Whether the response was taken over: its status is sent and only events may follow. */
  get isOpen(): boolean {
    return this.#open;
  }

  notify(method: string, params: JsonObject): void {
    if (this.#options.mayStream && !this.#ended) this.#write(sseEvent(notificationMessage(method, params)));
  }

  get mayStream(): boolean {
    return this.#options.mayStream;
  }

  /** Marks the place to come back to before anything was said. */
  prime(eventId: string, retryMs: number): void {
    if (!this.#ended) this.#write(ssePriming(eventId, retryMs));
  }

  /** Sends a request of ours, which the client answers by a POST of its own. */
  send(message: object, eventId: string): void {
    if (!this.#ended) this.#write(sseEvent(message, eventId));
  }

  /** Ends the response without the answer: its client comes back for it. */
  leave(): void {
    this.close();
    this.#response.end();
  }

  /** Ends an open stream with the answer. */
  finish(message: object, eventId?: string): void {
    this.#write(sseEvent(message, eventId));
    this.close();
    this.#response.end();
  }

  /** No more events; gives the timer back. */
  close(): void {
    this.#ended = true;
    clearInterval(this.#keepAlive);
  }

  #write(text: string): void {
    if (this.#response.destroyed || this.#response.writableEnded) return;
    if (!this.#open) {
      this.#open = true;
      this.#response.writeHead(200, {
        ...this.#options.headers(),
        'content-type': 'text/event-stream',
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      });
    }
    this.#response.write(text);
    if (this.#response.writableLength > UNREAD_BYTES_MAX) this.#response.destroy();
  }
}
