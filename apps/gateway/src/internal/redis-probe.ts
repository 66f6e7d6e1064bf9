import { Redis, type RedisOptions } from 'ioredis';

/** Connection options for a REDIS_URL: `redis[s]://` as usual, or `redis+unix:///path/to.sock?password=…`. */
export function redisOptions(url: string): RedisOptions {
  const parsed = new URL(url);
  if (parsed.protocol === 'redis+unix:') {
    const password = parsed.searchParams.get('password');
    return { path: decodeURIComponent(parsed.pathname), ...(password !== null && { password }) };
  }
  return {
    host: parsed.hostname,
    port: Number(parsed.port || 6379),
    ...(parsed.username && { username: decodeURIComponent(parsed.username) }),
    ...(parsed.password && { password: decodeURIComponent(parsed.password) }),
    ...(parsed.protocol === 'rediss:' && { tls: {} }),
  };
}

export interface RedisProbe {
  /** Resolves when Redis answers. */
  ping(): Promise<void>;
  close(): void;
}

/** A connection that only asks whether Redis is there. It fails fast and comes back by itself. */
export function createRedisProbe(url: string): RedisProbe {
  const redis = new Redis({
    ...redisOptions(url),
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
  });
  // Being away is the probe's news, not a crash.
  let problem = 'not connected yet';
  redis.on('error', (error: Error) => {
    problem = error.message;
  });
  redis.connect().catch(() => undefined);
  return {
    ping: async () => {
      if (redis.status !== 'ready') throw new Error(problem);
      await redis.ping();
    },
    close: () => redis.disconnect(),
  };
}
