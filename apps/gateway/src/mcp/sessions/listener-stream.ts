import type { ServerResponse } from 'node:http';
import { asAppError } from '@patchbay/foundation';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { notificationMessage, SSE_KEEP_ALIVE, sseEvent, ssePriming } from '@patchbay/mcp';
import { EventWriter } from '../../streams/event-writer.ts';
import type { LeasedStream } from '../subscriptions/listen-streams.ts';

export interface ListenerStreamOptions {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  /** The client's position once it has read the next event. */
  eventId(): string;
  readonly retryMs: number;
  /** Whether the client knows events without data. */
  readonly primes: boolean;
  /** Lists that changed while the client was away. */
  readonly missed: readonly string[];
  /** Whether the session follows this resource. */
  follows(uri: string): Promise<boolean>;
}

const UNREAD_BYTES_MAX = STREAM_LIMITS.changesUnread.value;

/** The GET stream of a 2025 session: changed lists, and resources it follows. @see 2025-11-25 basic/transports */
export class ListenerStream implements LeasedStream {
  readonly #options: ListenerStreamOptions;
  readonly #writer: EventWriter;
  #isOpen = false;

  constructor(options: ListenerStreamOptions) {
    this.#options = options;
    this.#writer = new EventWriter(options.response, {
      headers: () => options.headers,
      unreadBytesMax: UNREAD_BYTES_MAX,
    });
  }

  open(): void {
    const { eventId, retryMs, primes, missed } = this.#options;
    this.#isOpen = true;
    this.#writer.write(primes ? ssePriming(eventId(), retryMs) : SSE_KEEP_ALIVE);
    for (const method of missed) this.notify(method);
  }

  notify(method: string, uri?: string): void {
    if (!this.#isOpen) return;
    if (uri === undefined) {
      this.#send(method, {});
      return;
    }
    this.#options.follows(uri).then(
      (follows) => follows && this.#isOpen && this.#send(method, { uri }),
      () => undefined, // a message that cannot be looked up counts as lost
    );
  }

  keepAlive(): void {
    if (this.#isOpen) this.#writer.keepAlive();
  }

  /** This era has no last message: the comment gives the reason, and the client gets the error when it reconnects. */
  end(error: unknown): void {
    this.dispose();
    this.#writer.end(error === null ? undefined : `: ${asAppError(error).code}\n\n`);
  }

  dispose(): void {
    this.#isOpen = false;
  }

  #send(method: string, params: { readonly uri?: string }): void {
    this.#writer.write(sseEvent(notificationMessage(method, { ...params }), this.#options.eventId()));
  }
}
