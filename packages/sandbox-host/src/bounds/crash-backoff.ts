import { AppError, asSentence } from '@patchbay/foundation';
import { HOST_LIMITS } from './limits.ts';

interface Crashes {
  readonly count: number;
  readonly at: number;
  readonly error: AppError;
}

/** The pause a connector has earned. */
export interface CrashPause {
  /** Milliseconds until its next start. */
  readonly waitMs: number;
  /** In a row. */
  readonly crashes: number;
  readonly last: AppError;
}

/** How long a connector that crashes has to wait for its next start: doubled per crash in a row, forgotten after a minute. */
export class CrashBackoff {
  readonly #crashes = new Map<string, Crashes>();

  record(key: string, error: AppError, now: number): void {
    this.#forgetOld(now);
    this.#crashes.set(key, { count: (this.#crashes.get(key)?.count ?? 0) + 1, at: now, error });
  }

  /** The pause that is left before the next start; null when it may start at once. */
  pauseOf(key: string, now: number): CrashPause | null {
    const crashes = this.#crashes.get(key);
    if (!crashes) return null;
    const { first, most } = HOST_LIMITS.crashBackoffMs;
    const waitMs = crashes.at + Math.min(most, first * 2 ** (crashes.count - 1)) - now;
    return waitMs > 0 ? { waitMs, crashes: crashes.count, last: crashes.error } : null;
  }

  #forgetOld(now: number): void {
    for (const [key, { at }] of this.#crashes) {
      if (now - at > HOST_LIMITS.crashBackoffMs.resetAfterMs) this.#crashes.delete(key);
    }
  }
}

/** The error of a call that would need a start during the pause. It was not sent to the connector. */
export function pausedError({ waitMs, crashes, last }: CrashPause): AppError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new AppError('sandbox.paused_after_crashes', {
    detail: `The connector is paused after ${crashes} crashes; the next try is in ${retryAfterSeconds} s. Its last crash: ${asSentence(last.detail)}`,
    data: { crashes, last: { ...last.data, code: last.code, detail: last.detail } },
    retryAfterSeconds,
    sent: false,
  });
}
