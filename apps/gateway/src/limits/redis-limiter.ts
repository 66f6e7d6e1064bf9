/**
 * The limits of an installation whose gateways share a Redis: one round trip counts a call for all its counters, exactly,
 * however many gateways there are. While Redis is away each gateway takes its part of every limit: the N seen last cannot
 * admit more together than the limit. It begins with the counts that Redis answered last, and gives its own back when
 * Redis returns without them, so neither the end of Redis nor its return opens a limit.
 *
 * Redis sees HMACs of ids and nothing else. Losing or forging its entries changes who waits, and opens nothing.
 */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { type Clock, type Logger, parseRedisUrl, type Secret, waitAtMost } from '@patchbay/foundation';
import { Redis } from 'ioredis';
import {
  type Admittance,
  BUSY_RETRY_SECONDS,
  type CallLimiter,
  type CounterState,
  type LimiterCondition,
} from './call-limiter.ts';
import type { Counter } from './counter.ts';
import { CounterNames, GATEWAYS } from './counter-names.ts';
import { rateOf } from './gcra.ts';
import { HeldPermits, type PermitIn } from './held-permits.ts';
import { LocalCounts, stateOf } from './local-counts.ts';
import { admitLocally, LocalLimiter, releasedOnce } from './local-limiter.ts';
import { ADMIT, RELEASE, type RedisScript, readAdmitted, VOUCH } from './redis-script.ts';

export interface RedisLimiterOptions {
  readonly redisUrl: string;
  /** The same on every gateway. Redis sees HMACs under it. */
  readonly secret: Secret;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A call waits this long for Redis, and counts here afterwards. */
const ANSWER_MS_MAX = 500;
/** How often a gateway vouches for itself and its calls. */
const VOUCH_MS = 2_000;
/** While Redis is away, how often it is tried. */
const RETRY_MS = 250;
/** Without a word of a gateway its permits expire, and it does not count among those that share. */
const VOUCHED_MS = 10_000;
/** Permits in one command. */
const VOUCHED_AT_ONCE = 500;
const START_MS_MAX = 1_000;

/** The limiter of an installation: through its Redis, or without one that of its only gateway. */
export function openLimiter(redisUrl: string | undefined, options: Omit<RedisLimiterOptions, 'redisUrl'>): CallLimiter {
  return redisUrl === undefined ? new LocalLimiter(options.clock) : new RedisLimiter({ ...options, redisUrl });
}

export class RedisLimiter implements CallLimiter {
  readonly #options: RedisLimiterOptions;
  readonly #redis: Redis;
  readonly #counts: LocalCounts;
  readonly #names: CounterNames;
  readonly #gateway = randomUUID();
  readonly #held = new HeldPermits();
  #gateways = 1;
  /** Why Redis does not count; null when it does. */
  #problem: string | null = 'not connected yet';
  /** Whether permits were given out that Redis does not know of. */
  #owesPermits = false;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: RedisLimiterOptions) {
    this.#options = options;
    this.#counts = new LocalCounts(options.clock);
    this.#names = new CounterNames(options.secret);
    this.#redis = new Redis({
      ...parseRedisUrl(options.redisUrl),
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      commandTimeout: ANSWER_MS_MAX,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1_000),
    });
    this.#redis.on('error', (error: Error) => this.#lost(error));
    this.#redis.on('close', () => this.#lost(new Error('the connection closed')));
    this.#redis.on('ready', () => void this.#vouch());
  }

  async admit(counters: readonly Counter[]): Promise<Admittance> {
    if (this.#problem !== null) return this.#admitAlone(counters);
    // Redis has at least these backlogs, and would refuse too.
    const refusal = this.#counts.findRateRefusal(counters, 1);
    if (refusal) return { refusal };
    try {
      return await this.#admitTogether(counters);
    } catch (error) {
      this.#lost(error);
      return this.#admitAlone(counters);
    }
  }

  async read(counters: readonly Counter[]): Promise<readonly CounterState[]> {
    if (this.#problem === null) {
      try {
        return (await this.#ask(counters, '')).states;
      } catch (error) {
        this.#lost(error);
      }
    }
    return counters.map((counter) => this.#counts.stateOf(counter, this.#gateways));
  }

  condition(): LimiterCondition {
    const problem = this.#problem;
    return { countedBy: problem === null ? 'redis' : 'process', gateways: this.#gateways, problem };
  }

  async start(): Promise<void> {
    // A Redis that is away rejects; the calls until it is there are counted here.
    await waitAtMost(START_MS_MAX, once(this.#redis, 'ready')).catch(() => {});
    await this.#vouch();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    // The others need not wait until it is missed. Without a connection this fails at once.
    void this.#redis
      .zrem(GATEWAYS, this.#gateway)
      .catch(() => {})
      .finally(() => this.#redis.disconnect());
  }

  #admitAlone(counters: readonly Counter[]): Admittance {
    const admitted = admitLocally(this.#counts, counters, this.#gateways);
    if ('refusal' in admitted) return admitted;
    const permit = this.#hold(counters, randomUUID());
    this.#owesPermits = true;
    return {
      states: admitted.states,
      permit: releasedOnce(() => {
        permit();
        admitted.permit.release();
      }),
    };
  }

  async #admitTogether(counters: readonly Counter[]): Promise<Admittance> {
    const permit = randomUUID();
    const { slow, busy, waitMs, states } = await this.#ask(counters, permit);
    const refusing = slow ?? busy;
    if (refusing) {
      const [kind, retryAfterSeconds] =
        slow === undefined ? (['concurrency', BUSY_RETRY_SECONDS] as const) : (['rate', waitMs / 1000] as const);
      return { refusal: { counter: refusing, kind, retryAfterSeconds } };
    }
    this.#counts.changeInFlight(counters, 1);
    const release = this.#hold(counters, permit);
    return {
      states,
      permit: releasedOnce(() => {
        release();
        this.#counts.changeInFlight(counters, -1);
      }),
    };
  }

  /** Counts a call of that permit, or with '' reads. */
  async #ask(counters: readonly Counter[], permit: string) {
    const sentAtMs = this.#options.clock.monotonicMs();
    const names = counters.map((counter) => this.#names.of(counter));
    const keys = [...names.map(({ rate }) => rate), ...names.map(({ permits }) => permits)];
    const limits = counters.flatMap((counter) => {
      const { intervalMs, toleranceMs } = rateOf(counter);
      return [intervalMs, toleranceMs, this.#counts.backlogOf(counter), counter.concurrentMax];
    });
    const reply = await this.#run(ADMIT, keys, [permit, VOUCHED_MS, ...limits]);
    const { slow, busy, waitMs, backlogsMs, inFlight } = readAdmitted(reply, counters.length);
    const states = counters.map((counter, at) => {
      const backlogMs = backlogsMs[at] ?? 0;
      this.#counts.setBacklog(counter, backlogMs, sentAtMs);
      return stateOf(counter, { backlogMs, inFlight: inFlight[at] ?? 0, gateways: 1 });
    });
    return { slow: counters[slow - 1], busy: counters[busy - 1], waitMs, states };
  }

  /** Remembers a permit, for which this gateway vouches until it is released. Returns what releases it. */
  #hold(counters: readonly Counter[], permit: string): () => void {
    const sets = counters.map((counter) => this.#names.of(counter).permits);
    const held = { sets, sinceMs: this.#options.clock.monotonicMs() };
    return this.#held.hold(permit, held, (released) => this.#sendReleased(released));
  }

  #sendReleased(released: readonly PermitIn[]): void {
    // Lost releases expire.
    if (this.#isClosed || this.#problem !== null) return;
    const sets = released.map(([set]) => set);
    this.#run(
      RELEASE,
      sets,
      released.map(([, permit]) => permit),
    ).catch((error: unknown) => this.#lost(error));
  }

  /** Vouches for this gateway and its calls, and learns whether Redis is there and how many gateways share it. */
  async #vouch(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    try {
      const mayBeNew = this.#problem !== null || this.#owesPermits;
      this.#owesPermits = this.#problem !== null;
      const longAgoMs = this.#options.clock.monotonicMs() - (mayBeNew ? 0 : VOUCH_MS / 2);
      const permits = this.#held.heldSince(longAgoMs);
      for (let from = 0; from === 0 || from < permits.length; from += VOUCHED_AT_ONCE) {
        // One that was released meanwhile must not come back.
        const some = permits.slice(from, from + VOUCHED_AT_ONCE).filter(([, permit]) => this.#held.isHeld(permit));
        const keys = [GATEWAYS, ...some.map(([set]) => set)];
        const answer = await this.#run(VOUCH, keys, [this.#gateway, VOUCHED_MS, ...some.map(([, permit]) => permit)]);
        this.#gateways = Math.max(1, Number(answer));
      }
      if (this.#problem !== null) this.#options.logger.info({ gateways: this.#gateways }, 'Redis counts the limits');
      this.#problem = null;
    } catch (error) {
      this.#lost(error);
    }
    this.#schedule();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => void this.#vouch(), this.#problem === null ? VOUCH_MS : RETRY_MS).unref();
  }

  #lost(error: unknown): void {
    const wasThere = this.#problem === null;
    this.#problem = error instanceof Error ? error.message : String(error);
    if (!wasThere || this.#isClosed) return;
    const { logger } = this.#options;
    logger.warn({ err: error, gateways: this.#gateways }, 'Redis is away: this gateway counts its part of the limits');
    this.#schedule();
  }

  async #run({ sha1, text }: RedisScript, keys: readonly string[], args: readonly (string | number)[]) {
    try {
      return await this.#redis.evalsha(sha1, keys.length, ...keys, ...args);
    } catch (error) {
      // A Redis that was restarted has no script.
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error;
      return this.#redis.eval(text, keys.length, ...keys, ...args);
    }
  }
}
