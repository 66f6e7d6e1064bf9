import { STREAM_LIMITS } from '@patchbay/foundation/limits';

/** What is known of the lists of one dynamic connector. Times are monotonic milliseconds. */
export interface ListState {
  /** When it last answered; null: never, and what is known is what the deploy recorded. */
  askedAtMs: number | null;
  /** When it last failed to; null when it answered since. */
  failedAtMs: number | null;
  /** It announced a change since. */
  isOutdated: boolean;
}

/** Serve what is known; serve it and ask behind the answer; ask first. */
export type ListStep = 'serve' | 'serve and ask' | 'ask';

/** An answer is taken for current so long, unless a change is announced. */
const CURRENT_MS = STREAM_LIMITS.dynamicListCurrent.value;
/** And served so long before the connector answers anew, asleep or not. */
const SERVED_MS = STREAM_LIMITS.dynamicListServed.value;
/** A connector that fails is left alone so long: everybody who wants a list would start it again. */
const PAUSE_MS = 30_000;

/** Pure: the same state and time, the same step. */
export function nextStep({ askedAtMs, failedAtMs, isOutdated }: ListState, nowMs: number): ListStep {
  if (failedAtMs !== null && nowMs - failedAtMs < PAUSE_MS) return 'serve';
  if (askedAtMs === null || isOutdated) return 'ask';
  const ageMs = nowMs - askedAtMs;
  if (ageMs < CURRENT_MS) return 'serve';
  return ageMs < SERVED_MS ? 'serve and ask' : 'ask';
}
