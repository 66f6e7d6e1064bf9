import { STREAM_LIMITS } from '@patchbay/foundation/limits';

/** The state of the lists of one dynamic connector. Times are monotonic milliseconds. */
export interface ListState {
  /** When it last answered; null: never, and what is known is what the deploy recorded. */
  askedAtMs: number | null;
  /** When it last failed to; null when it answered since. */
  failedAtMs: number | null;
  /** A change was published since. */
  isOutdated: boolean;
}

/** Serve what is known; serve it and ask behind the answer; ask first. */
export type ListStep = 'serve' | 'serve and ask' | 'ask';

/** An answer counts as current for this time, unless a change is published. */
const CURRENT_MS = STREAM_LIMITS.dynamicListCurrent.value;
/** And is served for this time before the connector answers again, with or without a running sandbox. */
const SERVED_MS = STREAM_LIMITS.dynamicListServed.value;
/** A connector that fails is not asked for this time: every request for a list would start it again. */
const PAUSE_MS = 30_000;

/** Pure: the same state and time, the same step. */
export function nextStep({ askedAtMs, failedAtMs, isOutdated }: ListState, nowMs: number): ListStep {
  if (failedAtMs !== null && nowMs - failedAtMs < PAUSE_MS) return 'serve';
  if (askedAtMs === null || isOutdated) return 'ask';
  const ageMs = nowMs - askedAtMs;
  if (ageMs < CURRENT_MS) return 'serve';
  return ageMs < SERVED_MS ? 'serve and ask' : 'ask';
}
