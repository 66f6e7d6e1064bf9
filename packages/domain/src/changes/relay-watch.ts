import type { Clock } from '@patchbay/foundation';

/**
 * Counts the relay's heartbeats: each proves that changes committed before it have been published, in order, on the
 * same connection.
 */
export interface RelayWatch {
  beat(): void;
  /** The connection is broken, or new: heartbeats before this moment prove nothing. */
  doubt(): void;
  /** True once changes committed before this call have been received; false without a relay. */
  next(): Promise<boolean>;
}

/**
 * Fifty heartbeats come in this time; without any, there is no relay. Long enough for a process that is short of CPU.
 */
const SILENT_MS = 5_000;

export function createRelayWatch(clock: Clock): RelayWatch {
  let beats = 0;
  let beatAtMs = Number.NEGATIVE_INFINITY;
  /** By the number of the heartbeat that they wait for: two at most, for any number of waiters. */
  const waiting = new Map<number, PromiseWithResolvers<boolean>>();

  function settle(wanted: number, isRelayed: boolean): void {
    waiting.get(wanted)?.resolve(isRelayed);
    waiting.delete(wanted);
  }

  return {
    beat() {
      beats += 1;
      beatAtMs = clock.monotonicMs();
      settle(beats, true);
    },
    doubt() {
      beatAtMs = Number.NEGATIVE_INFINITY;
      for (const wanted of [...waiting.keys()]) settle(wanted, false);
    },
    next() {
      if (clock.monotonicMs() - beatAtMs > SILENT_MS) return Promise.resolve(false);
      // The poll before the next heartbeat may have begun before this call; the poll before the one after it has not.
      const wanted = beats + 2;
      const known = waiting.get(wanted);
      if (known !== undefined) return known.promise;
      const wait = Promise.withResolvers<boolean>();
      waiting.set(wanted, wait);
      setTimeout(() => settle(wanted, false), SILENT_MS).unref();
      return wait.promise;
    },
  };
}
