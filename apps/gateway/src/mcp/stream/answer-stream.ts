import type { ServerResponse } from 'node:http';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';
import { type JsonObject, notificationMessage, sseEvent, ssePriming } from '@patchbay/mcp';
import { EventWriter } from '../../streams/event-writer.ts';

export interface AnswerStreamOptions {
  /** Whether the client takes text/event-stream. */
  readonly mayStream: boolean;
  /** Headers the answer carries whichever shape it gets. */
  headers(): Readonly<Record<string, string>>;
  /** Called once, when the answer becomes a stream. */
  onOpen(): void;
}

/** After this long without an answer the stream opens, so that nothing on the way closes an idle connection. */
const KEEP_ALIVE_MS = STREAM_LIMITS.keepAlive.value;
const UNREAD_BYTES_MAX = STREAM_LIMITS.answerUnread.value;

/**
 * The answer of one POST: plain JSON, unless something has to be sent before it; then server-sent events on the same
 * response. Decided late, because most calls just answer.
 */
export class AnswerStream {
  readonly #writer: EventWriter;
  readonly #options: AnswerStreamOptions;
  readonly #keepAlive: NodeJS.Timeout | undefined;
  #opened: (() => void) | undefined;
  #ended = false;

  constructor(response: ServerResponse, options: AnswerStreamOptions) {
    this.#writer = new EventWriter(response, { headers: options.headers, unreadBytesMax: UNREAD_BYTES_MAX });
    this.#options = options;
    if (options.mayStream) {
      this.#keepAlive = setInterval(() => {
        this.#open();
        this.#writer.keepAlive();
      }, KEEP_ALIVE_MS);
    }
  }

  /** Whether the response was taken over: its status is sent and only events may follow. */
  get isOpen(): boolean {
    return this.#writer.isOpen;
  }

  /** Calls back when the answer becomes a stream, if it does. */
  onceOpen(callback: () => void): void {
    this.#opened = callback;
  }

  notify(method: string, params: JsonObject): void {
    if (this.#options.mayStream) this.#write(sseEvent(notificationMessage(method, params)));
  }

  get mayStream(): boolean {
    return this.#options.mayStream;
  }

  /** Gives the client an event id to resume from before anything was sent. */
  prime(eventId: string, retryMs: number): void {
    this.#write(ssePriming(eventId, retryMs));
  }

  /** Sends a request of ours, which the client answers by a POST of its own. */
  send(message: object, eventId: string): void {
    this.#write(sseEvent(message, eventId));
  }

  /** Ends the response without the answer: its client comes back for it. */
  leave(): void {
    this.close();
    this.#writer.end();
  }

  /** Ends an open stream with the answer. Does nothing when it has ended: its last event gave the reason. */
  finish(message: object, eventId?: string): void {
    this.#write(sseEvent(message, eventId));
    this.close();
    this.#writer.end();
  }

  /** No more events; gives the timer back. */
  close(): void {
    this.#ended = true;
    clearInterval(this.#keepAlive);
  }

  #write(text: string): void {
    if (this.#ended) return;
    this.#open();
    this.#writer.write(text);
  }

  #open(): void {
    if (this.#writer.isOpen) return;
    this.#writer.open();
    if (!this.#writer.isOpen) return;
    this.#options.onOpen();
    this.#opened?.();
  }
}
