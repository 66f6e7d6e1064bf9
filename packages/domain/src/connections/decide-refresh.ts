/** The row of a connection, as far as refreshing depends on it. */
export interface RefreshState {
  readonly status: 'active' | 'needs_reconnect' | 'ended';
  readonly revision: number;
  readonly hasRefreshToken: boolean;
  /** When the access token expires; null where the provider does not state it. */
  readonly expiresAt: Date | null;
  /** The first request with this refresh token whose answer was not stored; null when there is none. */
  readonly startedAt: Date | null;
  readonly failures: number;
  /** The next planned refresh; after failures the earliest. */
  readonly refreshAt: Date | null;
}

/** How the provider treats refresh tokens. */
interface RefreshFacts {
  readonly rotates: boolean;
  /** How long a replaced one still works. */
  readonly graceSeconds: number;
}

interface RefreshWish {
  /** The revision that the caller holds: a later one is what it wants. */
  readonly staleRevision: number;
  /** The API refused the access token, whatever its expiry. */
  readonly isUnauthorized: boolean;
  readonly now: Date;
}

type RefreshDecision =
  | { readonly act: 'use'; readonly why: 'newer' | 'waits_for_retry' | 'answer_lost' }
  /** `repeat`: an earlier request may have reached the provider. */
  | { readonly act: 'request'; readonly why: 'due' | 'repeat' }
  | { readonly act: 'wait'; readonly until: Date }
  | { readonly act: 'reconnect' };

/** Off the end of a grace period: requests take time, one may wait for another, and clocks differ. */
const GRACE_MARGIN_MS = 20_000;

/**
 * Decides for a caller whose access token is no longer good, after anything that may have happened before. A refresh
 * token whose request went unanswered may have been replaced. It is sent again where that is harmless; where the provider
 * would take it for stolen, the access token serves until it expires, and the one attempt that is left comes after it.
 */
export function decideRefresh(state: RefreshState, wish: RefreshWish, facts: RefreshFacts): RefreshDecision {
  if (state.status !== 'active') return { act: 'reconnect' };
  if (state.revision > wish.staleRevision) return { act: 'use', why: 'newer' };
  if (!state.hasRefreshToken) return { act: 'reconnect' };
  const now = wish.now.getTime();
  const isUsable = !wish.isUnauthorized && state.expiresAt !== null && state.expiresAt.getTime() > now;
  if (state.startedAt !== null) {
    const graceEnds = state.startedAt.getTime() + facts.graceSeconds * 1000 - GRACE_MARGIN_MS;
    const isHarmless = !facts.rotates || now < graceEnds;
    // Waiting for the end of a back-off would let the grace period pass.
    if (isHarmless && facts.rotates) return { act: 'request', why: 'repeat' };
    if (!isHarmless && isUsable) return { act: 'use', why: 'answer_lost' };
  }
  const isBackingOff = state.failures > 0 && state.refreshAt !== null && state.refreshAt.getTime() > now;
  if (isBackingOff && state.refreshAt) {
    return isUsable ? { act: 'use', why: 'waits_for_retry' } : { act: 'wait', until: state.refreshAt };
  }
  return { act: 'request', why: state.startedAt === null ? 'due' : 'repeat' };
}

/** How a request for a refresh ended, apart from tokens. */
export type RefreshFailure =
  /** The provider answered with an error of RFC 6749 §5.2. */
  | { readonly kind: 'refused'; readonly error: string }
  /** The provider cannot have refreshed: it answered 429, or no request was sent. */
  | { readonly kind: 'not_performed'; readonly retryAfterSeconds: number | null }
  /** No answer, or none that can be read: the tokens may have been replaced. */
  | { readonly kind: 'unknown' };

interface AfterFailure {
  readonly needsReconnect: boolean;
  readonly startedAt: Date | null;
  readonly failures: number;
  readonly refreshAt: Date | null;
}

/** @param random from 0 to 1 */
export function decideAfterFailure(
  failure: RefreshFailure,
  before: { readonly startedAt: Date; readonly isRepeat: boolean; readonly failures: number },
  now: Date,
  random: number,
): AfterFailure {
  const failures = before.failures + 1;
  if (failure.kind === 'refused' && failure.error === 'invalid_grant') {
    return { needsReconnect: true, startedAt: null, failures, refreshAt: null };
  }
  const isOpen = failure.kind === 'unknown' || (failure.kind === 'not_performed' && before.isRepeat);
  const wished = failure.kind === 'not_performed' ? (failure.retryAfterSeconds ?? 0) * 1000 : 0;
  const delayMs = Math.max(Math.min(wished, BACK_OFF_MS_MAX), backOffMs(failures, random));
  return {
    needsReconnect: false,
    startedAt: isOpen ? before.startedAt : null,
    failures,
    refreshAt: new Date(now.getTime() + delayMs),
  };
}

const BACK_OFF_MS = 5_000;
const BACK_OFF_MS_MAX = 3_600_000;

/** Doubles with every failure, and is spread by a quarter. */
function backOffMs(failures: number, random: number): number {
  return Math.min(BACK_OFF_MS * 2 ** Math.min(failures - 1, 12), BACK_OFF_MS_MAX) * (0.75 + random / 2);
}

const DAY_MS = 86_400_000;
/** A refresh token of unknown idle time is used this often. */
const IDLE_DAYS = 7;

/**
 * When to refresh next without being asked: after three to four fifths of the access token's life, so that expiries of one
 * moment spread, and in half of the time after which the provider ends what is not used.
 *
 * @param random from 0 to 1
 */
export function planRefresh(
  about: { readonly expiresAt: Date | null; readonly idleDays: number | null; readonly hasRefreshToken: boolean },
  now: Date,
  random: number,
): Date | null {
  if (!about.hasRefreshToken) return null;
  const idleMs = ((about.idleDays ?? IDLE_DAYS) * DAY_MS) / 2;
  const lifeMs = about.expiresAt === null ? idleMs : about.expiresAt.getTime() - now.getTime();
  return new Date(now.getTime() + Math.max(0, Math.min(idleMs, lifeMs) * (0.6 + random / 5)));
}
