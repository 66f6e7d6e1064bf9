import type { ServerResponse } from 'node:http';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import {
  acknowledgedMessage,
  filterAccepts,
  type ManifestView,
  type McpRequest,
  resultMessage,
  type SubscriptionFilter,
  sseEvent,
  subscriptionEnd,
  subscriptionMessage,
} from '@patchbay/mcp';
import { EventWriter } from '../../streams/event-writer.ts';
import type { LeasedStream } from './listen-streams.ts';

export interface ListenStreamOptions {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: McpRequest;
  readonly filter: SubscriptionFilter;
  readonly manifest: ManifestView;
  /** The last message of a stream that ends for this reason. */
  explain(error: unknown): object;
}

/** Changes that come close together are reported once. Milliseconds. */
const GATHER_MS = 25;
const UNREAD_BYTES_MAX = STREAM_LIMITS.changesUnread.value;

/** The events of one `subscriptions/listen` request: acknowledged first, then only what was asked for. */
export class ListenStream implements LeasedStream {
  readonly #options: ListenStreamOptions;
  readonly #writer: EventWriter;
  readonly #waiting = new Map<string, { readonly method: string; readonly uri?: string }>();
  #gathering: NodeJS.Timeout | undefined;
  #isOpen = false;

  constructor(options: ListenStreamOptions) {
    this.#options = options;
    this.#writer = new EventWriter(options.response, {
      // Kept after its stream, the connection would hold up a gateway that closes.
      headers: () => ({ ...options.headers, connection: 'close' }),
      unreadBytesMax: UNREAD_BYTES_MAX,
    });
  }

  /** Sends the headers and the acknowledgement. */
  open(): void {
    const { request, filter } = this.#options;
    this.#isOpen = true;
    this.#writer.write(sseEvent(acknowledgedMessage(request.id, filter)));
    if (this.#waiting.size > 0) this.#gather();
  }

  /** Reports a change, if the stream asked for its kind; once while it is not sent yet. */
  notify(method: string, uri?: string): void {
    if (!filterAccepts(this.#options.filter, method, uri)) return;
    this.#waiting.set(`${method} ${uri ?? ''}`, uri === undefined ? { method } : { method, uri });
    if (this.#isOpen) this.#gather();
  }

  keepAlive(): void {
    if (this.#isOpen) this.#writer.keepAlive();
  }

  /** The last message, with the reason, and the end. */
  end(error: unknown): void {
    const { request, manifest, explain } = this.#options;
    const last = error === null ? resultMessage(request.id, subscriptionEnd(request.id, manifest)) : explain(error);
    const wasOpen = this.#isOpen;
    this.dispose();
    this.#writer.end(wasOpen ? sseEvent(last) : undefined);
  }

  /** No more events; gives the timers back. */
  dispose(): void {
    this.#isOpen = false;
    this.#waiting.clear();
    clearTimeout(this.#gathering);
  }

  #gather(): void {
    this.#gathering ??= setTimeout(() => {
      this.#gathering = undefined;
      const changes = [...this.#waiting.values()];
      this.#waiting.clear();
      const { id } = this.#options.request;
      const text = changes.map(({ method, uri }) =>
        sseEvent(subscriptionMessage(id, method, uri === undefined ? {} : { uri })),
      );
      this.#writer.write(text.join(''));
    }, GATHER_MS);
  }
}
