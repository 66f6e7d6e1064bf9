import type { ServerResponse } from 'node:http';
import { notificationMessage, SSE_KEEP_ALIVE, sseEvent, ssePriming } from '@patchbay/mcp';
import type { LeasedStream } from '../subscriptions/listen-streams.ts';

export interface ListenerStreamOptions {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** Where the client stands once it has read the next event. */
  eventId(): string;
  readonly retryMs: number;
  /** Whether the client knows events without data. */
  readonly primes: boolean;
  /** Lists that changed while the client was away. */
  readonly missed: readonly string[];
  /** Whether the session follows this resource. */
  follows(uri: string): Promise<boolean>;
}

/** What a reader who does not read may leave lying here. Bytes. */
const UNREAD_BYTES_MAX = 256 * 1024;

/** The GET stream of a 2025 session: changed lists, and resources it follows. @see 2025-11-25 basic/transports */
export class ListenerStream implements LeasedStream {
  readonly #options: ListenerStreamOptions;
  #isOpen = false;

  constructor(options: ListenerStreamOptions) {
    this.#options = options;
  }

  open(): void {
    const { response, headers, eventId, retryMs, primes, missed } = this.#options;
    this.#isOpen = true;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    this.#write(primes ? ssePriming(eventId(), retryMs) : SSE_KEEP_ALIVE);
    for (const method of missed) this.tell(method);
  }

  tell(method: string, uri?: string): void {
    if (!this.#isOpen) return;
    if (uri === undefined) {
      this.#send(method, {});
      return;
    }
    this.#options.follows(uri).then(
      (follows) => follows && this.#isOpen && this.#send(method, { uri }),
      () => undefined, // an announcement that cannot be looked up is one that got lost
    );
  }

  keepAlive(): void {
    if (this.#isOpen) this.#write(SSE_KEEP_ALIVE);
  }

  /** Just ends: this era has no last message. Its client comes back, or hears why it may not. */
  end(): void {
    this.dispose();
    this.#options.response.end();
  }

  dispose(): void {
    this.#isOpen = false;
  }

  #send(method: string, params: { readonly uri?: string }): void {
    this.#write(sseEvent(notificationMessage(method, { ...params }), this.#options.eventId()));
  }

  #write(text: string): void {
    const { response } = this.#options;
    if (response.destroyed) return;
    response.write(text);
    if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
  }
}
