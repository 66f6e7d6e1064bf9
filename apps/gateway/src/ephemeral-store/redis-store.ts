import { createHmac, randomUUID } from 'node:crypto';
import { type Clock, type Logger, parseRedisUrl, type Secret } from '@patchbay/foundation';
import { Redis } from 'ioredis';
import type { Admittance, EphemeralStore, UseLimit } from './ephemeral-store.ts';
import { LocalStore } from './local-store.ts';

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

/** The store of an installation: in its Redis, or without one in the memory of its only gateway. */
export function openEphemeralStore(
  redisUrl: string | undefined,
  options: Omit<RedisStoreOptions, 'redisUrl'>,
): EphemeralStore {
  return redisUrl === undefined ? new LocalStore(options.clock) : new RedisStore({ ...options, redisUrl });
}

/**
 * The ephemeral store in Redis. While it is unreachable each gateway counts by itself, with its share of the limit: the
 * number of gateways seen last cannot admit more together than the limit. Texts stored then are found only where they
 * were stored.
 */
export class RedisStore implements EphemeralStore {
  readonly #options: RedisStoreOptions;
  readonly #local: LocalStore;
  readonly #redis: Redis;
  readonly #gateway = randomUUID();
  #gatewaysSeen = 1;

  constructor(options: RedisStoreOptions) {
    this.#options = options;
    this.#local = new LocalStore(options.clock);
    this.#redis = new Redis({
      ...parseRedisUrl(options.redisUrl),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS_MAX,
      retryStrategy: (attempt) => Math.min(attempt * 200, 2_000),
    });
    this.#redis.on('error', (error) => options.logger.debug({ err: error }, 'the ephemeral store has no Redis'));
  }

  admit(key: readonly string[], limit: UseLimit): Promise<Admittance> {
    return this.#orElse(this.#count(key, limit), () =>
      this.#local.admit(key, { ...limit, max: Math.max(1, Math.floor(limit.max / this.#gatewaysSeen)) }),
    );
  }

  put(key: readonly string[], text: string, lifetimeMs: number): Promise<void> {
    return this.#orElse(
      this.#redis.set(this.#nameOf(key), text, 'PX', lifetimeMs).then(() => {}),
      () => this.#local.put(key, text, lifetimeMs),
    );
  }

  async take(key: readonly string[]): Promise<string | null> {
    return (await this.#local.take(key)) ?? this.#orElse(this.#redis.getdel(this.#nameOf(key)), async () => null);
  }

  close(): void {
    this.#redis.disconnect();
  }

  async #count(key: readonly string[], limit: UseLimit): Promise<Admittance> {
    const windowMs = limit.windowSeconds * 1000;
    const now = this.#options.clock.now().getTime();
    const counted = await this.#redis.eval(
      COUNT,
      2,
      this.#nameOf(key),
      GATEWAYS,
      windowMs,
      this.#gateway,
      now,
      SEEN_MS,
    );
    const [used = 0, leftMs = 0, gateways = 1] = numbersIn(counted);
    this.#gatewaysSeen = Math.max(1, gateways);
    return { allowed: used <= limit.max, retryAfterSeconds: Math.max(1, Math.ceil(leftMs / 1000)) };
  }

  #nameOf(key: readonly string[]): string {
    const mac = createHmac('sha256', this.#options.secret.reveal());
    return PREFIX + mac.update(JSON.stringify(['note', ...key])).digest('base64url');
  }

  #orElse<T>(asked: Promise<T>, otherwise: () => Promise<T>): Promise<T> {
    return asked.catch((error: unknown) => {
      this.#options.logger.debug({ err: error }, 'an entry is kept in this process');
      return otherwise();
    });
  }
}

function numbersIn(reply: unknown): readonly number[] {
  return Array.isArray(reply) ? reply.map(Number) : [];
}
