import type { Clock } from '@patchbay/foundation';

/** Counts the relay's beats: each says that what was committed before has been passed on, in order, on the same line. */
export interface RelayWatch {
  beat(): void;
  /** The line is broken, or new: beats before this moment prove nothing. */
  doubt(): void;
  /** True when what was committed before this call has been heard; false when no relay is heard. */
  next(): Promise<boolean>;
}

/** Fifty beats come in this time; without any, nobody relays. Long enough for a process that is short of the CPU. */
const SILENT_MS = 5_000;

export function createRelayWatch(clock: Clock): RelayWatch {
  let beats = 0;
  let beatAtMs = Number.NEGATIVE_INFINITY;
  /** By the number of the beat that they wait for: two at most, however many wait. */
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
      // The look behind the next beat may have begun before this call; the one behind the beat after it has not.
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
