/** The revision without sessions; everything it demands rides in each request's `_meta`. */
export const MODERN_REVISION = '2026-07-28';

/** The revisions that open with `initialize`, newest first. */
export const LEGACY_REVISIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const;

/** The revisions in `server/discover` and the unsupported-version error, newest first. */
export const SUPPORTED_REVISIONS: readonly string[] = [MODERN_REVISION, ...LEGACY_REVISIONS];

/**
 * The revision of a legacy request without a version header. @see 2025-11-25 basic/transports, "Protocol Version
 * Header"
 */
export const ASSUMED_LEGACY_REVISION = '2025-03-26';

export type Era = 'modern' | 'legacy';

/**
 * The revision of a legacy session: the client's when we speak it, else our newest legacy one.
 * Never fails, not even on a date from the future.
 * @see 2025-11-25 basic/lifecycle, "Version Negotiation"
 */
export function negotiateRevision(requested: unknown): string {
  const known = LEGACY_REVISIONS.find((revision) => revision === requested);
  return known ?? LEGACY_REVISIONS[0];
}
