import type { Logger, Secret } from '@patchbay/foundation';
import { formatHostAndPort, type HostAndPort } from '@patchbay/sandbox-protocol/peers';
import { connectRedis } from './connect-redis.ts';
import { ENTRY_LIVES_MS, entryKey, HOST_IDS_KEY, REGISTER_MS } from './registry-entry.ts';

export interface RegistrationOptions {
  readonly redisUrl: Secret;
  readonly hostId: string;
  readonly address: HostAndPort;
  readonly logger: Logger;
}

export interface Registration {
  /** Removes the entry, so that no peer connects to this host any more. */
  close(): Promise<void>;
}

/** Writes where this supervisor listens, again and again while it lives. Without Redis it serves those who know it. */
export function registerSupervisor({ redisUrl, hostId, address, logger }: RegistrationOptions): Registration {
  const redis = connectRedis(redisUrl, logger);
  const register = async () => {
    await redis.set(entryKey(hostId), formatHostAndPort(address), 'PX', ENTRY_LIVES_MS);
    await redis.sadd(HOST_IDS_KEY, hostId);
  };
  const repeat = () => void register().catch((error: unknown) => logger.debug({ err: error }, 'not registered'));
  const timer = setInterval(repeat, REGISTER_MS);
  repeat();
  return {
    async close() {
      clearInterval(timer);
      // Redis away: the entry runs out by itself.
      await Promise.all([redis.del(entryKey(hostId)), redis.srem(HOST_IDS_KEY, hostId)]).catch(() => {});
      redis.disconnect();
    },
  };
}
