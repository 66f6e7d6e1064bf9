import type { ServerResponse } from 'node:http';
import {
  acknowledgedMessage,
  filterAccepts,
  type McpRequest,
  SSE_KEEP_ALIVE,
  type SubscriptionFilter,
  sseEvent,
  subscriptionMessage,
} from '@patchbay/mcp';

export interface ListenStreamOptions {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly request: McpRequest;
  readonly filter: SubscriptionFilter;
}

/** Changes that come close together are told once. Milliseconds. */
const GATHER_MS = 25;
/** A reader who leaves what was written lying for this long is closed: its memory is ours (security S30). */
const WRITE_DEADLINE_MS = 10_000;

/** The events of one `subscriptions/listen` request: acknowledged first, then only what was asked for. */
export class ListenStream {
  readonly #options: ListenStreamOptions;
  readonly #waiting = new Map<string, { readonly method: string; readonly uri?: string }>();
  #gathering: NodeJS.Timeout | undefined;
  #deadline: NodeJS.Timeout | undefined;
  #isOpen = false;

  constructor(options: ListenStreamOptions) {
    this.#options = options;
  }

  get filter(): SubscriptionFilter {
    return this.#options.filter;
  }

  /** Sends the headers and the acknowledgement. */
  open(): void {
    const { response, headers, request, filter } = this.#options;
    this.#isOpen = true;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      // Kept after its stream, the connection would hold up a gateway that closes.
      connection: 'close',
    });
    this.#write(sseEvent(acknowledgedMessage(request.id, filter)));
    if (this.#waiting.size > 0) this.#gather();
  }

  /** Tells of a change, if the stream asked for its kind. What is told already and not yet sent is told once. */
  tell(method: string, uri?: string): void {
    if (!filterAccepts(this.filter, method, uri)) return;
    this.#waiting.set(`${method} ${uri ?? ''}`, uri === undefined ? { method } : { method, uri });
    if (this.#isOpen) this.#gather();
  }

  keepAlive(): void {
    if (this.#isOpen) this.#write(SSE_KEEP_ALIVE);
  }

  /** The last message, which says why, and the end. */
  end(message: object): void {
    if (this.#isOpen) this.#write(sseEvent(message));
    this.dispose();
    this.#options.response.end();
  }

  /** No more events; gives the timers back. */
  dispose(): void {
    this.#isOpen = false;
    this.#waiting.clear();
    clearTimeout(this.#gathering);
    clearTimeout(this.#deadline);
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
      this.#write(text.join(''));
    }, GATHER_MS);
  }

  #write(text: string): void {
    const { response } = this.#options;
    if (response.destroyed || response.write(text) || this.#deadline) return;
    const isRead = () => {
      clearTimeout(this.#deadline);
      this.#deadline = undefined;
    };
    this.#deadline = setTimeout(() => response.destroy(), WRITE_DEADLINE_MS);
    response.once('drain', isRead);
  }
}
