/**
 * Data keys that one role may have unwrapped: many at once, after a start for example, and then few a second, since a
 * gateway keeps the keys of the organizations that it serves for ten minutes. A process that was taken over and asks for
 * the keys of all organizations is held back.
 */
export class UnwrapBudget {
  readonly #max: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** @param now milliseconds that only grow */
  constructor(max: number, now: () => number) {
    this.#max = max;
    this.#now = now;
    this.#left = max;
    this.#at = now();
  }

  /** False when there is none left. */
  take(): boolean {
    const now = this.#now();
    this.#left = Math.min(this.#max, this.#left + ((now - this.#at) / 1_000) * PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}

const PER_SECOND = 10;
