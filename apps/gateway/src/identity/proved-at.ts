/** Paths of better-auth whose new session has proved a second factor: a passkey only counts when it verified its user. */
const PROVING_PATHS: ReadonlySet<string> = new Set([
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/passkey/verify-authentication',
]);
/** Paths that replace a session by another one of the same sign-in. */
const REPLACING_PATHS: ReadonlySet<string> = new Set(['/change-password']);

/**
 * When the session that a path makes has proved a second factor; null when it has not. Pure.
 *
 * @param former that of the session which the request came with
 */
export function provedAt(path: string | undefined, former: Date | null, now: Date): Date | null {
  if (path === undefined) return null;
  if (PROVING_PATHS.has(path)) return now;
  return REPLACING_PATHS.has(path) ? former : null;
}
