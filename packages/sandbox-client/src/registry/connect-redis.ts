import { type Logger, parseRedisUrl, type Secret } from '@patchbay/foundation';
import { Redis } from 'ioredis';

/** A connection that fails fast and reconnects by itself; an unreachable Redis is logged once. */
export function connectRedis(url: Secret, logger: Logger): Redis {
  const redis = new Redis({
    ...parseRedisUrl(url.reveal()),
    maxRetriesPerRequest: 1,
    commandTimeout: 2_000,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    // Both ask more of Redis than the user of a supervisor may: it writes its own entry, nothing else.
    enableReadyCheck: false,
    disableClientInfo: true,
  });
  let isReported = false;
  redis.on('error', (error: Error) => {
    if (!isReported) logger.warn({ err: error }, 'the registry of supervisors does not answer');
    isReported = true;
  });
  redis.on('ready', () => {
    isReported = false;
  });
  return redis;
}
