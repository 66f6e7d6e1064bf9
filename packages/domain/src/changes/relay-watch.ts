import type { Clock } from '@patchbay/foundation';

/**
 * Fifty heartbeats come in this time; without any, there is no relay. Long enough for a process that is short of CPU.
 */
const SILENT_MS = 5_000;

/**
 * Counts the relay's heartbeats: each proves that changes committed before it have been published, in order, on the
 * same connection.
 */
export class RelayWatch {
  readonly #clock: Clock;
  /** By the number of the heartbeat that they wait for: two at most, for any number of waiters. */
  readonly #waiting = new Map<number, PromiseWithResolvers<boolean>>();
  #heartbeats = 0;
  #heartbeatAtMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onHeartbeat(): void {
    this.#heartbeats += 1;
    this.#heartbeatAtMs = this.#clock.monotonicMs();
    this.#settle(this.#heartbeats, true);
  }

  /** The connection is broken, or new: heartbeats before this moment prove nothing. */
  doubt(): void {
    this.#heartbeatAtMs = Number.NEGATIVE_INFINITY;
    for (const wanted of [...this.#waiting.keys()]) this.#settle(wanted, false);
  }

  /** True once changes committed before this call have been received; false without a relay. */
  next(): Promise<boolean> {
    if (this.#clock.monotonicMs() - this.#heartbeatAtMs > SILENT_MS) return Promise.resolve(false);
    // The poll before the next heartbeat may have begun before this call; the poll before the heartbeat after that has not.
    const wanted = this.#heartbeats + 2;
    const known = this.#waiting.get(wanted);
    if (known !== undefined) return known.promise;
    const wait = Promise.withResolvers<boolean>();
    this.#waiting.set(wanted, wait);
    setTimeout(() => this.#settle(wanted, false), SILENT_MS).unref();
    return wait.promise;
  }

  #settle(wanted: number, isRelayed: boolean): void {
    this.#waiting.get(wanted)?.resolve(isRelayed);
    this.#waiting.delete(wanted);
  }
}
