import type { Clock } from '@patchbay/foundation';

/** The time at a stand-in provider, which a test moves: tokens expire when it moves on. */
export class ProviderClock implements Clock {
  #aheadMs = 0;
  #stoppedAtMs: number | undefined;

  now(): Date {
    return new Date((this.#stoppedAtMs ?? Date.now()) + this.#aheadMs);
  }

  monotonicMs(): number {
    return this.now().getTime();
  }

  advance(seconds: number): void {
    this.#aheadMs += seconds * 1000;
  }

  /** From now on only `advance` moves it. */
  stop(): void {
    this.#stoppedAtMs ??= Date.now();
  }
}
