/** Passwords that come with examples and tutorials. Production starts with none of them. */
const WELL_KNOWN = new Set(['', 'patchbay', 'postgres', 'password', 'changeme', 'secret', 'redis', 'minioadmin']);

export function isWellKnownPassword(password: string): boolean {
  return WELL_KNOWN.has(password);
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * What production does not accept of a Redis, or null. Whoever reads or writes it on its way could see limits and order
 * deploys (security S16).
 *
 * @param isNetworkTrusted the operator says that nobody else is in the network to it
 */
export function redisProblem(url: string, isNetworkTrusted: boolean): string | null {
  if (hasWellKnownPassword(url)) return 'has no password or one that everybody knows';
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'redis:' || LOOPBACK.test(hostname) || isNetworkTrusted) return null;
  return 'is reached without TLS: use rediss://, or set REDIS_NETWORK_TRUSTED=true where nobody else is in that network';
}

/** Whether the URL of a database or of a Redis carries no password, or one that everybody knows. */
export function hasWellKnownPassword(url: string): boolean {
  const { password, searchParams } = new URL(url);
  return isWellKnownPassword(searchParams.get('password') ?? decodeURIComponent(password));
}
