/** JSON-RPC between a page in a frame and the host around it, over `postMessage`. */
interface Message {
  readonly jsonrpc: '2.0';
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

export interface FrameHandlers {
  onNotification(method: string, params: Record<string, unknown>): void;
  /** The result for a request of the host's; undefined when there is no such method. */
  onRequest(method: string): object | undefined;
}

/**
 * Opens the link to the window around this one. Only messages of that window are read, from any origin: a page cannot
 * know its host's.
 */
export class FrameLink {
  readonly #handlers: FrameHandlers;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #lastId = 0;

  constructor(handlers: FrameHandlers) {
    this.#handlers = handlers;
    window.addEventListener('message', ({ source, data }) => {
      if (source === window.parent && data?.jsonrpc === '2.0') this.#take(data);
    });
  }

  /** @throws Error with the host's words when it refuses */
  request<Result>(method: string, params: object): Promise<Result> {
    const call = Promise.withResolvers<unknown>();
    this.#lastId += 1;
    this.#waiting.set(this.#lastId, call);
    this.#post({ id: this.#lastId, method, params: { ...params } });
    // The host's answer has the shape that the protocol defines for the method; callers name it.
    return call.promise as Promise<Result>;
  }

  notify(method: string, params: object): void {
    this.#post({ method, params: { ...params } });
  }

  #post(message: Omit<Message, 'jsonrpc'>): void {
    window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }

  #take({ id, method, params, result, error }: Message): void {
    if (method === undefined) {
      const call = this.#waiting.get(Number(id));
      this.#waiting.delete(Number(id));
      if (error) call?.reject(new Error(error.message));
      else call?.resolve(result);
    } else if (id === undefined) {
      this.#handlers.onNotification(method, params ?? {});
    } else {
      const answer = this.#handlers.onRequest(method);
      if (answer) this.#post({ id, result: answer });
      else this.#post({ id, error: { code: -32601, message: `Method not found: ${method}` } });
    }
  }
}
