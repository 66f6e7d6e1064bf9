import type { Logger, Secret } from '@patchbay/foundation';
import type { Redis } from 'ioredis';
import type { SupervisorSource, SupervisorTarget } from '../supervisor-target.ts';
import { connectRedis } from './connect-redis.ts';
import { entryKey, HOST_IDS_KEY, HOSTS_MAX, keepMissing, readEntries } from './registry-entry.ts';

/** A host that is new is found within this time; one that is lost is noticed on its connection, long before. */
const READ_MS = 1_000;

export interface RegisteredOptions {
  readonly redisUrl: Secret;
  /** Those named by configuration: always connected to, and Redis entries for their ids are ignored. */
  readonly configured: readonly SupervisorTarget[];
  readonly logger: Logger;
}

/** The supervisors registered in Redis, beside the configured ones. While Redis is unreachable nothing changes. */
export class RegisteredSupervisors implements SupervisorSource {
  readonly #configured: readonly SupervisorTarget[];
  readonly #logger: Logger;
  readonly #redis: Redis;
  /** Those last read from Redis. */
  #registered: readonly SupervisorTarget[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor({ redisUrl, configured, logger }: RegisteredOptions) {
    this.#configured = configured;
    this.#logger = logger;
    this.#redis = connectRedis(redisUrl, logger);
  }

  follow(listener: (targets: readonly SupervisorTarget[]) => void): void {
    const look = async () => {
      try {
        this.#registered = await this.#read();
        if (!this.#isClosed) listener([...this.#configured, ...this.#registered]);
      } catch (error) {
        this.#logger.debug({ err: error }, 'the registry of supervisors could not be read');
      }
      if (!this.#isClosed) this.#timer = setTimeout(look, READ_MS);
    };
    listener(this.#configured);
    void look();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#redis.disconnect();
  }

  async #read(): Promise<readonly SupervisorTarget[]> {
    // Random members, so that the answer stays small with any contents.
    const ids = await this.#redis.srandmember(HOST_IDS_KEY, HOSTS_MAX);
    const addresses = ids.length === 0 ? [] : await this.#redis.mget(ids.map(entryKey));
    const isConfigured = (id: string) => this.#configured.some((known) => known.id === id);
    const found = readEntries(ids, addresses).filter(({ id }) => !isConfigured(id));
    return keepMissing(this.#registered, ids, found);
  }
}
