/** Replies of a peer that work here waits for, by the id of the call they are for. */
export class AwaitedReplies<T> {
  readonly #waiting = new Map<string, PromiseWithResolvers<T>>();

  wait(id: string): Promise<T> {
    const reply = Promise.withResolvers<T>();
    reply.promise.catch(() => {}); // the call it is for may be over before it fails
    this.#waiting.set(id, reply);
    return reply.promise;
  }

  /** Without effect when it is not waited for. */
  resolve(id: string, value: T): void {
    this.#take(id)?.resolve(value);
  }

  reject(id: string, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  rejectAll(error: unknown): void {
    for (const reply of this.#waiting.values()) reply.reject(error);
    this.#waiting.clear();
  }

  #take(id: string): PromiseWithResolvers<T> | undefined {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    return found;
  }
}
