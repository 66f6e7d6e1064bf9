import type { ServerResponse } from 'node:http';
import { SSE_KEEP_ALIVE } from '@patchbay/mcp';

export interface EventWriterOptions {
  /** Headers in addition to those of every event stream. */
  headers(): Readonly<Record<string, string>>;
  /** Unread bytes of a reader before the connection is closed. */
  readonly unreadBytesMax: number;
  readonly writeDeadlineMs?: number;
}

/** A reader who takes nothing of what was written for this long is closed: its memory is ours. */
const WRITE_DEADLINE_MS = 10_000;

/**
 * Server-sent events on one response. Node's timer of a connection restarts with every byte that leaves, so a slow
 * reader keeps the stream and one that does not read loses it.
 */
export class EventWriter {
  readonly #response: ServerResponse;
  readonly #options: EventWriterOptions;
  #open = false;

  constructor(response: ServerResponse, options: EventWriterOptions) {
    this.#response = response;
    this.#options = options;
  }

  /** Whether the response was taken over: its status is sent and only events may follow. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** Sends the head. Does nothing when it is sent already. */
  open(): void {
    const response = this.#response;
    if (this.#open || response.destroyed || response.writableEnded) return;
    this.#open = true;
    response.writeHead(200, {
      ...this.#options.headers(),
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    response.setTimeout(this.#options.writeDeadlineMs ?? WRITE_DEADLINE_MS, () => {
      if (response.writableLength > 0) response.destroy();
    });
  }

  /** Opens the stream when it is not open yet. */
  write(text: string): void {
    this.open();
    const response = this.#response;
    if (response.destroyed || response.writableEnded) return;
    response.write(text);
    if (response.writableLength > this.#options.unreadBytesMax) response.destroy();
  }

  keepAlive(): void {
    this.write(SSE_KEEP_ALIVE);
  }

  /** The end, after an optional last event. Unread bytes still have their deadline. */
  end(text?: string): void {
    if (text !== undefined) this.write(text);
    this.#response.end();
  }
}
