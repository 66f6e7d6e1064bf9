import { createHmac, randomUUID } from 'node:crypto';
import { type Clock, type Logger, parseRedisUrl, type Secret } from '@patchbay/foundation';
import { Redis } from 'ioredis';
import type { EphemeralStore } from './ephemeral-store.ts';
import { createLocalStore } from './local-store.ts';

export interface RedisStoreOptions {
  readonly redisUrl: string;
  /** The same on every gateway. Redis sees HMACs under it, never an address or an id. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ANSWER_MS_MAX = 2_000;
/** A gateway that counted nothing for so long is not one of those that share a limit. */
const SEEN_MS = 600_000;
const PREFIX = 'patchbay:note:';
const GATEWAYS = `${PREFIX}gateways`;

/** One use of KEYS[1], and how many gateways there are, in one step. */
const COUNT = `
local used = redis.call('INCR', KEYS[1])
if used == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], 0, ARGV[3] - ARGV[4])
return { used, redis.call('PTTL', KEYS[1]), redis.call('ZCARD', KEYS[2]) }
`;

/**
 * The ephemeral store in Redis. While it is unreachable each gateway counts by itself, with its share of the limit: the
 * number of gateways seen last cannot admit more together than the limit. Texts stored then are found only where they
 * were stored.
 */
export function createRedisStore({ redisUrl, secret, clock, logger }: RedisStoreOptions): EphemeralStore {
  const local = createLocalStore(clock);
  const gateway = randomUUID();
  let gatewaysSeen = 1;
  const redis = new Redis({
    ...parseRedisUrl(redisUrl),
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: ANSWER_MS_MAX,
    retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
  });
  redis.on('error', (error) => logger.debug({ err: error }, 'the ephemeral store has no Redis'));
  const nameOf = (key: readonly string[]) =>
    PREFIX +
    createHmac('sha256', secret.reveal())
      .update(JSON.stringify(['note', ...key]))
      .digest('base64url');
  const orElse = <T>(asked: Promise<T>, otherwise: () => Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      logger.debug({ err: error }, 'an entry is kept in this process');
      return otherwise();
    });

  return {
    admit: (key, limit) =>
      orElse(
        (async () => {
          const windowMs = limit.windowSeconds * 1000;
          const now = clock.now().getTime();
          const counted = await redis.eval(COUNT, 2, nameOf(key), GATEWAYS, windowMs, gateway, now, SEEN_MS);
          const [used = 0, leftMs = 0, gateways = 1] = numbersIn(counted);
          gatewaysSeen = Math.max(1, gateways);
          return { allowed: used <= limit.max, retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
        })(),
        () => local.admit(key, { ...limit, max: Math.max(1, Math.floor(limit.max / gatewaysSeen)) }),
      ),
    put: (key, text, lifetimeMs) =>
      orElse(
        redis.set(nameOf(key), text, 'PX', lifetimeMs).then(() => {}),
        () => local.put(key, text, lifetimeMs),
      ),
    async take(key) {
      return (await local.take(key)) ?? orElse(redis.getdel(nameOf(key)), async () => null);
    },
    close: () => redis.disconnect(),
  };
}

function numbersIn(reply: unknown): readonly number[] {
  return Array.isArray(reply) ? reply.map(Number) : [];
}
