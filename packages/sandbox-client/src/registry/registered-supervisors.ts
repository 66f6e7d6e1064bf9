import type { Logger, Secret } from '@patchbay/foundation';
import type { SupervisorSource, SupervisorTarget } from '../supervisor-target.ts';
import { connectRedis } from './connect-redis.ts';
import { entryKey, HOST_IDS_KEY, HOSTS_MAX, keepMissing, readEntries } from './registry-entry.ts';

/** A host that is new is found within this time; one that is lost is noticed on its connection, long before. */
const LOOK_MS = 1_000;

export interface RegisteredOptions {
  readonly redisUrl: Secret;
  /** Those named by configuration: always connected to, and Redis entries for their ids are ignored. */
  readonly configured: readonly SupervisorTarget[];
  readonly logger: Logger;
}

/** The supervisors registered in Redis, beside the configured ones. While Redis is unreachable nothing changes. */
export function registeredSupervisors({ redisUrl, configured, logger }: RegisteredOptions): SupervisorSource {
  const redis = connectRedis(redisUrl, logger);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  let announced: readonly SupervisorTarget[] = [];

  async function read(): Promise<readonly SupervisorTarget[]> {
    // Random members, so that the answer stays small with any contents.
    const ids = await redis.srandmember(HOST_IDS_KEY, HOSTS_MAX);
    const addresses = ids.length === 0 ? [] : await redis.mget(ids.map(entryKey));
    const found = readEntries(ids, addresses).filter(({ id }) => !configured.some((known) => known.id === id));
    return keepMissing(announced, ids, found);
  }

  return {
    follow(listener) {
      const look = async () => {
        try {
          announced = await read();
          if (!closed) listener([...configured, ...announced]);
        } catch (error) {
          logger.debug({ err: error }, 'the registry of supervisors could not be read');
        }
        if (!closed) timer = setTimeout(look, LOOK_MS);
      };
      listener(configured);
      void look();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      redis.disconnect();
    },
  };
}
