import { SANDBOX_LIMITS } from './limits.ts';

interface Crashes {
  readonly count: number;
  readonly at: number;
  readonly error: unknown;
}

/** How long a connector that crashes has to wait for its next start: doubled per crash in a row, forgotten after a minute. */
export class CrashBackoff {
  readonly #crashes = new Map<string, Crashes>();

  record(key: string, error: unknown, now: number): void {
    this.#forgetOld(now);
    this.#crashes.set(key, { count: (this.#crashes.get(key)?.count ?? 0) + 1, at: now, error });
  }

  clear(key: string): void {
    this.#crashes.delete(key);
  }

  /** Milliseconds until a start is allowed, and the error of the last crash. */
  waitFor(key: string, now: number): { waitMs: number; error: unknown } {
    const crashes = this.#crashes.get(key);
    if (!crashes) return { waitMs: 0, error: undefined };
    const { first, most } = SANDBOX_LIMITS.crashBackoffMs;
    const pauseMs = Math.min(most, first * 2 ** (crashes.count - 1));
    return { waitMs: Math.max(0, crashes.at + pauseMs - now), error: crashes.error };
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#crashes) {
      if (now - at > SANDBOX_LIMITS.crashBackoffMs.resetAfterMs) this.#crashes.delete(key);
    }
  }
}
