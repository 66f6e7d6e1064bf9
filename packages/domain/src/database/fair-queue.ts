import { AppError } from '@patchbay/foundation';

/**
 * Shares a few slots among many keys (organizations): a key holds at most its share, waiters are served in turn, one
 * per key, and a key whose own queue is full is refused while every other is served. Without it one organization that
 * sends sixty requests at once holds every connection of the pool.
 */

export interface FairQueueOptions {
  /** Pieces of work at once. */
  readonly slots: number;
  /** Slots for one key. */
  readonly slotsPerKey: number;
  /** Pieces of work of one key that may wait. */
  readonly waitingPerKeyMax: number;
  /** Longest a piece of work waits. Milliseconds. */
  readonly waitMsMax: number;
}

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

const RETRY_AFTER_SECONDS = 2;

export class FairQueue {
  readonly #options: FairQueueOptions;
  /** Only keys that run or wait; the key that had its turn last is at the end. */
  readonly #lanes = new Map<string, Lane>();
  #running = 0;

  constructor(options: FairQueueOptions) {
    this.#options = options;
  }

  /**
   * Runs the work as soon as its key has a slot.
   *
   * @throws AppError `data.organization_busy` when the key's queue is full, or its own work kept it waiting too long;
   * `data.unavailable` when the work of others did
   */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const lane = this.#lanes.get(key) ?? { running: 0, waiting: [] };
    this.#lanes.set(key, lane);
    if (lane.waiting.length === 0 && this.#mayRun(lane)) this.#begin(key, lane);
    else await this.#wait(key, lane);
    try {
      return await work();
    } finally {
      this.#end(key, lane);
    }
  }

  #mayRun(lane: Lane): boolean {
    return this.#running < this.#options.slots && lane.running < this.#options.slotsPerKey;
  }

  #begin(key: string, lane: Lane): void {
    this.#running += 1;
    lane.running += 1;
    this.#moveToEnd(key, lane);
  }

  #end(key: string, lane: Lane): void {
    this.#running -= 1;
    lane.running -= 1;
    // Waiters that came while this ran are served first.
    this.#moveToEnd(key, lane);
    this.#removeIfEmpty(key, lane);
    for (const [nextKey, next] of this.#lanes) {
      if (!this.#mayRun(next)) continue;
      const resume = next.waiting.shift();
      if (resume === undefined) continue;
      this.#begin(nextKey, next);
      resume();
      return;
    }
  }

  #wait(key: string, lane: Lane): Promise<void> {
    const { waitingPerKeyMax, slotsPerKey, waitMsMax } = this.#options;
    if (lane.waiting.length >= waitingPerKeyMax) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const resume = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(resume), 1);
        const ownWork = lane.running >= slotsPerKey;
        this.#removeIfEmpty(key, lane);
        reject(ownWork ? busy() : new AppError('data.unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
      }, waitMsMax);
      lane.waiting.push(resume);
    });
  }

  #moveToEnd(key: string, lane: Lane): void {
    this.#lanes.delete(key);
    this.#lanes.set(key, lane);
  }

  #removeIfEmpty(key: string, lane: Lane): void {
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(key);
  }
}

function busy(): AppError {
  return new AppError('data.organization_busy', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
