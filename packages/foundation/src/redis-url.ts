import { passwordProblem } from './well-known-passwords.ts';

/** The address of a Redis, as its clients take it. */
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
 * The reason why production refuses a Redis, or null. An eavesdropper on its connection could see limits and order
 * deploys. @param isNetworkTrusted the operator asserts that its network has no other users
 */
export function redisProblem(url: string, isNetworkTrusted: boolean): string | null {
  const weak = passwordProblem(url);
  if (weak !== null) return weak;
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'redis:' || LOOPBACK.test(hostname) || isNetworkTrusted) return null;
  return 'is reached without TLS: use rediss://, or set REDIS_NETWORK_TRUSTED=true where that network has no other users';
}
