import { parseRedisUrl } from '@patchbay/foundation';
import { Redis } from 'ioredis';

export interface RedisProbe {
  /** Resolves when Redis answers. */
  ping(): Promise<void>;
  close(): void;
}

/** A connection that only asks whether Redis is there. It fails fast and comes back by itself. */
export function createRedisProbe(url: string): RedisProbe {
  const redis = new Redis({
    ...parseRedisUrl(url),
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
