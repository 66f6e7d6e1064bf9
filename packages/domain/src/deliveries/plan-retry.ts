const FIRST_WAIT_MS = 15_000;
const LONGEST_WAIT_MS = 30 * 60_000;

/**
 * When to try again after this many attempts, or null once it would be too late. Waits double up to half an hour; a
 * quarter of each is random, so that what failed together does not return together. Pure.
 *
 * @param random from 0 to 1
 */
export function planRetry(
  tried: { readonly attempts: number; readonly expiresAt: Date },
  now: Date,
  random: number,
): Date | null {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(tried.attempts - 1, 20), LONGEST_WAIT_MS);
  const at = new Date(now.getTime() + wait * (0.75 + random / 4));
  return at < tried.expiresAt ? at : null;
}
