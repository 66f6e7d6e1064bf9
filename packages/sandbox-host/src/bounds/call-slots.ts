import { AppError } from '@patchbay/foundation';

interface Waiter {
  enter(): void;
  leave(reason: unknown): void;
}

/** How many calls may be inside at once, and how many may wait for that. First come, first served. */
export class CallSlots {
  readonly #insideMax: number;
  readonly #waitingMax: number;
  readonly #waiting = new Set<Waiter>();
  #inside = 0;

  constructor(insideMax: number, waitingMax: number) {
    this.#insideMax = insideMax;
    this.#waitingMax = waitingMax;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a place; call the returned function exactly once to give it back.
   *
   * @throws AppError `sandbox.queue_full`; the signal's reason when it aborts first
   */
  acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#inside < this.#insideMax) {
      this.#inside += 1;
      return Promise.resolve(() => this.#release());
    }
    if (this.#waiting.size >= this.#waitingMax) throw new AppError('sandbox.queue_full', { retryAfterSeconds: 1 });
    return new Promise((resolve, reject) => {
      const onAbort = () => waiter.leave(signal.reason);
      const waiter: Waiter = {
        enter: () => {
          signal.removeEventListener('abort', onAbort);
          resolve(() => this.#release());
        },
        leave: (reason) => {
          this.#waiting.delete(waiter);
          reject(reason);
        },
      };
      this.#waiting.add(waiter);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  #release(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#inside -= 1;
      return;
    }
    this.#waiting.delete(next); // the place goes over as it is
    next.enter();
  }
}
