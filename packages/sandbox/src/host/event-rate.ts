/** Characters of a resource URI in an event. */
export const EVENT_URI_LENGTH_MAX = 2_048;

const EVENTS_PER_SECOND = 20;
const BURST = 100;

/** How many changes one sandbox may announce: enough for any real one, too few to be a load on others. */
export class EventRate {
  #left = BURST;
  #at = performance.now();

  /** Whether one more may pass now. */
  take(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1_000) * EVENTS_PER_SECOND);
    this.#at = now;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
