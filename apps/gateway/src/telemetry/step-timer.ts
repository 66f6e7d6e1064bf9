import type { CallStep } from '@patchbay/domain/usage';

/** Where the time of one request went: each lap is the time since the last one. Milliseconds. */
export class StepTimer {
  readonly #startedAtMs: number;
  #lapAtMs: number;
  readonly #steps: Partial<Record<CallStep, number>> = {};

  constructor(startedAtMs: number) {
    this.#startedAtMs = startedAtMs;
    this.#lapAtMs = startedAtMs;
  }

  /** Ends the step that began with the last lap. */
  lap(step: CallStep): void {
    const now = performance.now();
    this.#steps[step] = rounded(now - this.#lapAtMs);
    this.#lapAtMs = now;
  }

  /** A step measured elsewhere. */
  set(step: CallStep, durationMs: number): void {
    this.#steps[step] = rounded(durationMs);
  }

  get stepsMs(): Readonly<Partial<Record<CallStep, number>>> {
    return this.#steps;
  }

  get totalMs(): number {
    return rounded(performance.now() - this.#startedAtMs);
  }
}

/** Microseconds are enough. */
function rounded(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}
