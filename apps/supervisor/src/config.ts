import { loadConfig } from '@patchbay/foundation';
import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const schema = z
  .object({
    /** `production` refuses reduced limits unless told otherwise. */
    PATCHBAY_MODE: z.enum(['development', 'production']).default('development'),
    /** Public origin of the installation; sandboxes never reach it. */
    PATCHBAY_ORIGIN: z.url(),
    PATCHBAY_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
    /** Unix socket this process listens on for gateway and worker. */
    SUPERVISOR_SOCKET: z.string().min(1),
    /** Directory for what sandboxes must read; other uids can enter it, only this process writes. */
    SANDBOX_DIR: z.string().min(1),
    /** Package tarballs by integrity; build sandboxes see it read-only. */
    PACKAGE_STORE_DIR: z.string().min(1),
    /** The bubblewrap program. */
    BWRAP_PATH: z.string().min(1).default('/usr/bin/bwrap'),
    /** Loopback port of /health and /metrics; 0 takes a free one. */
    SUPERVISOR_INTERNAL_PORT: z.coerce.number().int().min(0).max(65_535),
    /** Sandboxes that wait for first calls, about 30 MB each. Default: 4 in development, 8 in production. */
    SANDBOX_POOL_SIZE: z.coerce.number().int().min(0).max(64).optional(),
    /** Refuse to run connectors where uid, memory, process or CPU limits cannot be set. Default: in production. */
    PATCHBAY_REQUIRE_FULL_LIMITS: flag.optional(),
  })
  .transform((env) => ({
    logLevel: env.PATCHBAY_LOG_LEVEL,
    platformHosts: new Set([new URL(env.PATCHBAY_ORIGIN).hostname.toLowerCase()]),
    socketPath: env.SUPERVISOR_SOCKET,
    sandboxDirectory: env.SANDBOX_DIR,
    packageStoreDirectory: env.PACKAGE_STORE_DIR,
    bubblewrapFile: env.BWRAP_PATH,
    internalPort: env.SUPERVISOR_INTERNAL_PORT,
    poolSize: env.SANDBOX_POOL_SIZE ?? (env.PATCHBAY_MODE === 'production' ? 8 : 4),
    requireFullLimits: env.PATCHBAY_REQUIRE_FULL_LIMITS ?? env.PATCHBAY_MODE === 'production',
  }));

export type SupervisorConfig = z.output<typeof schema>;

/** Reads the environment once, at start. @throws ConfigError with every problem at once */
export function loadSupervisorConfig(env: NodeJS.ProcessEnv = process.env): SupervisorConfig {
  return loadConfig(schema, env);
}

const probeSchema = z
  .object({
    /** The bubblewrap program. */
    BWRAP_PATH: z.string().min(1).default('/usr/bin/bwrap'),
    /** Where the probe keeps its files while it runs. */
    PROBE_DIR: z.string().min(1).default('/var/tmp'),
  })
  .transform((env) => ({ bubblewrapFile: env.BWRAP_PATH, scratchDirectory: env.PROBE_DIR }));

/** @throws ConfigError with every problem at once */
export function loadProbeConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof probeSchema> {
  return loadConfig(probeSchema, env);
}
