import { AppError } from '@patchbay/foundation';

/**
 * Shares a few slots among many keys (organizations): a key holds at most its share, those that wait are served in turn,
 * one per key, and a key whose own queue is full is refused while every other goes on. Without it one organization
 * that sends sixty requests at once holds every connection of the pool.
 */

export interface FairQueueOptions {
  /** Pieces of work at once. */
  readonly slots: number;
  /** Of these, for one key. */
  readonly slotsPerKey: number;
  /** Pieces of work of one key that may wait. */
  readonly waitingPerKeyMax: number;
  /** Longest a piece of work waits. Milliseconds. */
  readonly waitMsMax: number;
}

export interface FairQueue {
  /**
   * Runs the work as soon as its key has a slot.
   *
   * @throws AppError `data.organization_busy` when the key's queue is full, or its own work kept it waiting too long;
   * `data.unavailable` when the work of others did
   */
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

interface Lane {
  running: number;
  readonly waiting: (() => void)[];
}

const RETRY_AFTER_SECONDS = 2;

export function createFairQueue(options: FairQueueOptions): FairQueue {
  const { slots, slotsPerKey, waitingPerKeyMax, waitMsMax } = options;
  /** Only keys that run or wait; the one that had its turn last is at the end. */
  const lanes = new Map<string, Lane>();
  let running = 0;

  const mayRun = (lane: Lane) => running < slots && lane.running < slotsPerKey;

  function begin(key: string, lane: Lane): void {
    running += 1;
    lane.running += 1;
    moveToEnd(key, lane);
  }

  function end(key: string, lane: Lane): void {
    running -= 1;
    lane.running -= 1;
    // Whoever came while this ran is served first.
    moveToEnd(key, lane);
    removeIfEmpty(key, lane);
    for (const [nextKey, next] of lanes) {
      if (!mayRun(next)) continue;
      const resume = next.waiting.shift();
      if (resume === undefined) continue;
      begin(nextKey, next);
      resume();
      return;
    }
  }

  function moveToEnd(key: string, lane: Lane): void {
    lanes.delete(key);
    lanes.set(key, lane);
  }

  function removeIfEmpty(key: string, lane: Lane): void {
    if (lane.running === 0 && lane.waiting.length === 0) lanes.delete(key);
  }

  function wait(key: string, lane: Lane): Promise<void> {
    if (lane.waiting.length >= waitingPerKeyMax) throw busy();
    return new Promise((resolve, reject) => {
      const resume = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        lane.waiting.splice(lane.waiting.indexOf(resume), 1);
        const ownWork = lane.running >= slotsPerKey;
        removeIfEmpty(key, lane);
        reject(ownWork ? busy() : new AppError('data.unavailable', { retryAfterSeconds: RETRY_AFTER_SECONDS }));
      }, waitMsMax);
      lane.waiting.push(resume);
    });
  }

  return {
    async run(key, work) {
      const lane = lanes.get(key) ?? { running: 0, waiting: [] };
      lanes.set(key, lane);
      if (lane.waiting.length === 0 && mayRun(lane)) begin(key, lane);
      else await wait(key, lane);
      try {
        return await work();
      } finally {
        end(key, lane);
      }
    },
  };
}

function busy(): AppError {
  return new AppError('data.organization_busy', { retryAfterSeconds: RETRY_AFTER_SECONDS });
}
