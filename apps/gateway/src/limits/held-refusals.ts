import { setTimeout as delay } from 'node:timers/promises';
import { ADDRESS_LIMITS } from '@patchbay/foundation/limits';

const HELD_MS = ADDRESS_LIMITS.refusalDelay.value;
/** More would hold too much memory; further refusals are sent at once. */
const HELD_MAX = 1_000;

/**
 * Holds a refusal back for a moment, so that a client that repeats its request as fast as it is refused does so four times
 * a second on each connection instead of a thousand times.
 */
export class HeldRefusals {
  #held = 0;

  async hold(): Promise<void> {
    if (this.#held >= HELD_MAX) return;
    this.#held += 1;
    await delay(HELD_MS);
    this.#held -= 1;
  }
}
