/** Passwords that come with examples and tutorials. Production starts with none of them. */
const WELL_KNOWN = new Set(['', 'patchbay', 'postgres', 'password', 'changeme', 'secret', 'redis', 'minioadmin']);

export function isWellKnownPassword(password: string): boolean {
  return WELL_KNOWN.has(password);
}

/** What production does not accept of the URL of a database or of a Redis: no password, or one that everybody knows. */
export function passwordProblem(url: string): string | null {
  const { password, searchParams } = new URL(url);
  const isWeak = isWellKnownPassword(searchParams.get('password') ?? decodeURIComponent(password));
  return isWeak ? 'has no password or one that everybody knows' : null;
}
