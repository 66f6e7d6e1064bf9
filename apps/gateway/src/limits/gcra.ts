/**
 * The generic cell rate algorithm on a leaky bucket: a call adds the time that one call takes at the limit's rate, and
 * the bucket leaks a millisecond each millisecond. A call that does not fit is refused, and the bucket knows when it
 * will. One number per counter, whatever the rate. Pure; `redis-script.ts` is the same arithmetic in Redis.
 *
 * @see ITU-T I.371 Annex A, "continuous-state leaky bucket"
 */

/** A rate as the algorithm needs it. Milliseconds. */
export interface Rate {
  /** Added by one call. */
  readonly intervalMs: number;
  /** Capacity of the bucket. */
  readonly toleranceMs: number;
}

const MINUTE_MS = 60_000;

/** @param gateways that share the limit without knowing of each other; each of them takes its part */
export function rateOf(
  { perMinute, burst }: { readonly perMinute: number; readonly burst: number },
  gateways = 1,
): Rate {
  const intervalMs = MINUTE_MS / perMinute;
  // The bucket leaks at the whole rate and each call adds the part of the others too. A part of less than a call is one.
  return { intervalMs: intervalMs * gateways, toleranceMs: intervalMs * Math.max(burst, gateways) };
}

/** How long until one more call fits: 0 when it does now. Milliseconds. */
export function waitOf(backlogMs: number, { intervalMs, toleranceMs }: Rate): number {
  const wait = backlogMs + intervalMs - toleranceMs;
  // Sums of fractions, here and in Redis: less than a microsecond is none.
  return wait > 0.001 ? wait : 0;
}

/** The rest of a backlog after that time. Milliseconds. */
export function leaked(backlogMs: number, elapsedMs: number): number {
  return Math.max(0, backlogMs - elapsedMs);
}

/** Calls that fit now. */
export function remainingOf(backlogMs: number, { intervalMs, toleranceMs }: Rate): number {
  return Math.max(0, Math.floor((toleranceMs - backlogMs) / intervalMs + 1e-6));
}
