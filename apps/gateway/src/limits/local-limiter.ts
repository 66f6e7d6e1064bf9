import type { Clock } from '@patchbay/foundation';
import type { Admittance, CallLimiter, CounterState, LimiterCondition, Permit } from './call-limiter.ts';
import type { Counter } from './counter.ts';
import { LocalCounts } from './local-counts.ts';

/** The limits of an installation without Redis: one gateway, which counts everything. */
export class LocalLimiter implements CallLimiter {
  readonly #counts: LocalCounts;

  constructor(clock: Clock) {
    this.#counts = new LocalCounts(clock);
  }

  async admit(counters: readonly Counter[]): Promise<Admittance> {
    return admitLocally(this.#counts, counters, 1);
  }

  async read(counters: readonly Counter[]): Promise<readonly CounterState[]> {
    return counters.map((one) => this.#counts.stateOf(one, 1));
  }

  condition(): LimiterCondition {
    return { countedBy: 'process', gateways: 1, problem: null };
  }

  async start(): Promise<void> {}

  close(): void {}
}

/** Decides by the counters of this process, which takes its part of the limits of that many gateways. */
export function admitLocally(counts: LocalCounts, counters: readonly Counter[], gateways: number): Admittance {
  const refusal = counts.findRateRefusal(counters, gateways) ?? counts.findBusy(counters, gateways);
  if (refusal) return { refusal };
  counts.count(counters, gateways);
  counts.changeInFlight(counters, 1);
  const permit = releasedOnce(() => counts.changeInFlight(counters, -1));
  return { permit, states: counters.map((one) => counts.stateOf(one, gateways)) };
}

export function releasedOnce(release: () => void): Permit {
  let isHeld = true;
  return {
    release: () => {
      if (!isHeld) return;
      isHeld = false;
      release();
    },
  };
}
