/** Passwords that come with examples and tutorials. Production starts with none of them. */
const WELL_KNOWN = new Set(['', 'patchbay', 'postgres', 'password', 'changeme', 'secret', 'redis', 'minioadmin']);

export function isWellKnownPassword(password: string): boolean {
  return WELL_KNOWN.has(password);
}

/** The reason why production refuses the URL of a database or Redis: no password, or a well-known one. */
export function passwordProblem(url: string): string | null {
  const { password, searchParams } = new URL(url);
  const isWeak = isWellKnownPassword(searchParams.get('password') ?? decodeURIComponent(password));
  return isWeak ? 'has no password or a well-known one' : null;
}
