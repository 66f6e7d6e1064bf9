import { STREAM_LIMITS } from '@patchbay/foundation/limits';

/** Characters of a resource URI in an event. */
export const EVENT_URI_LENGTH_MAX = STREAM_LIMITS.resourceUri.value;

const EVENTS_PER_SECOND = STREAM_LIMITS.announcements.value;
const BURST = STREAM_LIMITS.announcementBurst.value;

/** The rate of changes that one sandbox may publish: enough for any real one, too few to be a load on others. */
export class EventRate {
  #left: number = BURST;
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
