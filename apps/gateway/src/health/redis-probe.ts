import { parseRedisUrl } from '@patchbay/foundation';
import { Redis } from 'ioredis';

/** A connection that only asks whether Redis is there. It fails fast and comes back by itself. */
export class RedisProbe {
  readonly #redis: Redis;
  #problem = 'not connected yet';

  constructor(url: string) {
    this.#redis = new Redis({
      ...parseRedisUrl(url),
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    // Being away is the probe's news, not a crash.
    this.#redis.on('error', (error: Error) => {
      this.#problem = error.message;
    });
    this.#redis.connect().catch(() => undefined);
  }

  /** Resolves when Redis answers. */
  async ping(): Promise<void> {
    if (this.#redis.status !== 'ready') throw new Error(this.#problem);
    await this.#redis.ping();
  }

  close(): void {
    this.#redis.disconnect();
  }
}
