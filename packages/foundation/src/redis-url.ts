import { passwordProblem } from './well-known-passwords.ts';

/** Where a Redis is, as our clients of it want to be told. */
export interface RedisAddress {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls?: { readonly servername: string };
}

/** Reads `redis://`, `rediss://` (TLS) or `redis+unix:///path/to.sock?password=…`. */
export function parseRedisUrl(text: string): RedisAddress {
  const url = new URL(text);
  if (url.protocol === 'redis+unix:') {
    const { username, password } = Object.fromEntries(url.searchParams);
    return { path: decodeURIComponent(url.pathname), ...(username && { username }), ...(password && { password }) };
  }
  return {
    host: url.hostname,
    port: Number(url.port || '6379'),
    ...(url.username && { username: decodeURIComponent(url.username) }),
    ...(url.password && { password: decodeURIComponent(url.password) }),
    ...(url.pathname.length > 1 && { db: Number(url.pathname.slice(1)) }),
    ...(url.protocol === 'rediss:' && { tls: { servername: url.hostname } }),
  };
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * What production does not accept of a Redis, or null. Whoever reads or writes it on its way could see limits and order
 * deploys (security S16).
 *
 * @param isNetworkTrusted the operator says that nobody else is in the network to it
 */
export function redisProblem(url: string, isNetworkTrusted: boolean): string | null {
  const weak = passwordProblem(url);
  if (weak !== null) return weak;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'redis:' || LOOPBACK.test(hostname) || isNetworkTrusted) return null;
  return 'is reached without TLS: use rediss://, or set REDIS_NETWORK_TRUSTED=true where nobody else is in that network';
}
