import { z } from 'zod';

/** From most to least: what a process may be told to log. `silent` logs nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Variables that every process of an installation reads, so that one value suits all of them. */
export const sharedEnvironment = {
  /** `production` refuses what only suits one machine: an http origin, default passwords, no Redis, reduced limits. */
  PATCHBAY_MODE: z.enum(['development', 'production']).default('development'),
  /** How much each process logs. */
  PATCHBAY_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** `true`: Redis is reached without TLS over a network that nobody else is in. Production asks. */
  REDIS_NETWORK_TRUSTED: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
};
