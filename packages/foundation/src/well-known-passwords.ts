/** Passwords that come with examples and tutorials. Production starts with none of them. */
const WELL_KNOWN = new Set(['', 'patchbay', 'postgres', 'password', 'changeme', 'secret', 'redis', 'minioadmin']);

export function isWellKnownPassword(password: string): boolean {
  return WELL_KNOWN.has(password);
}

/** Whether the URL of a database or of a Redis carries no password, or one that everybody knows. */
export function hasWellKnownPassword(url: string): boolean {
  const { password, searchParams } = new URL(url);
  return isWellKnownPassword(searchParams.get('password') ?? decodeURIComponent(password));
}
