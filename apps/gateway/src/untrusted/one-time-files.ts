import { randomBytes } from 'node:crypto';
import type { Clock } from '@patchbay/foundation';

const LIFETIME_MS = 60_000;
const WAITING_MAX = 1_000;

/** Bytes of strangers, offered once under an address nobody can guess. */
export interface OneTimeFile {
  readonly fileName: string;
  readonly contentType: string;
  /** Called when the address is opened; may fail then. */
  load(): Promise<Uint8Array>;
}

/**
 * Addresses for bytes of strangers: each works once, for a minute, and needs no cookie, so that the answer can be
 * given without any. Kept in memory: with several gateways a reload of the page that offered it makes a new one.
 */
export class OneTimeFiles {
  readonly #waiting = new Map<string, { file: OneTimeFile; expiresAt: number }>();
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @returns the id below `/-/untrusted/` and when it stops working */
  offer(file: OneTimeFile): { id: string; expiresAt: Date } {
    this.#forget();
    const id = randomBytes(32).toString('base64url');
    const expiresAt = this.#clock.now().getTime() + LIFETIME_MS;
    this.#waiting.set(id, { file, expiresAt });
    return { id, expiresAt: new Date(expiresAt) };
  }

  /** The file, the first time; null for an id that is unknown, used or too old. */
  take(id: string): OneTimeFile | null {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    return found && found.expiresAt > this.#clock.now().getTime() ? found.file : null;
  }

  #forget() {
    const now = this.#clock.now().getTime();
    for (const [id, { expiresAt }] of this.#waiting) {
      if (expiresAt <= now || this.#waiting.size >= WAITING_MAX) this.#waiting.delete(id);
    }
  }
}
