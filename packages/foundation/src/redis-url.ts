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
