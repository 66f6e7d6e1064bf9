import type { Clock } from '@patchbay/foundation';
import { LRUCache } from 'lru-cache';
import { BUSY_RETRY_SECONDS, type CounterState, type Refusal } from './call-limiter.ts';
import type { Counter } from './counter.ts';
import { leaked, rateOf, remainingOf, waitOf } from './gcra.ts';

/** Counters kept. The least recently used go first, and begin again. */
const COUNTERS_MAX = 100_000;

interface Backlog {
  readonly ms: number;
  readonly atMs: number;
}

/**
 * Counters in this process: the backlog of each rate, and its calls in flight. They are all there is without Redis; with
 * it, the backlogs are a copy of what Redis answered last, which is what this process counts on when Redis is away.
 */
export class LocalCounts {
  readonly #clock: Clock;
  readonly #backlogs = new LRUCache<string, Backlog>({ max: COUNTERS_MAX });
  readonly #inFlight = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds. With Redis it is never more than the backlog there: others only add to it. */
  backlogOf(counter: Counter): number {
    const known = this.#backlogs.get(keyOf(counter));
    return known === undefined ? 0 : leaked(known.ms, this.#clock.monotonicMs() - known.atMs);
  }

  /** @param atMs when it was that much, on the monotonic clock */
  setBacklog(counter: Counter, ms: number, atMs: number): void {
    this.#backlogs.set(keyOf(counter), { ms, atMs });
  }

  inFlightOf(counter: Counter): number {
    return this.#inFlight.get(keyOf(counter)) ?? 0;
  }

  changeInFlight(counters: readonly Counter[], change: 1 | -1): void {
    for (const counter of counters) {
      const next = this.inFlightOf(counter) + change;
      if (next === 0) this.#inFlight.delete(keyOf(counter));
      else this.#inFlight.set(keyOf(counter), next);
    }
  }

  /** The rate that refuses a call longest, or null. */
  findRateRefusal(counters: readonly Counter[], gateways: number): Refusal | null {
    let longest: Refusal | null = null;
    for (const counter of counters) {
      const waitMs = waitOf(this.backlogOf(counter), rateOf(counter, gateways));
      if (waitMs === 0 || waitMs / 1000 <= (longest?.retryAfterSeconds ?? 0)) continue;
      longest = { counter, kind: 'rate', retryAfterSeconds: waitMs / 1000 };
    }
    return longest;
  }

  /** The concurrency limit that refuses a call, or null. */
  findBusy(counters: readonly Counter[], gateways: number): Refusal | null {
    const counter = counters.find((one) => this.inFlightOf(one) >= shareOf(one.concurrentMax, gateways));
    return counter ? { counter, kind: 'concurrency', retryAfterSeconds: BUSY_RETRY_SECONDS } : null;
  }

  /** Counts one call for each counter. */
  count(counters: readonly Counter[], gateways: number): void {
    const now = this.#clock.monotonicMs();
    for (const counter of counters) {
      this.setBacklog(counter, this.backlogOf(counter) + rateOf(counter, gateways).intervalMs, now);
    }
  }

  stateOf(counter: Counter, gateways: number): CounterState {
    return stateOf(counter, { backlogMs: this.backlogOf(counter), inFlight: this.inFlightOf(counter), gateways });
  }
}

export function stateOf(
  counter: Counter,
  now: { readonly backlogMs: number; readonly inFlight: number | null; readonly gateways: number },
): CounterState {
  return {
    counter,
    remaining: remainingOf(now.backlogMs, rateOf(counter, now.gateways)),
    fullInSeconds: Math.ceil(now.backlogMs / 1000),
    inFlight: now.inFlight,
  };
}

function keyOf({ scope, id }: Counter): string {
  return `${scope} ${id}`;
}

function shareOf(max: number, gateways: number): number {
  return Math.max(1, Math.floor(max / gateways));
}
