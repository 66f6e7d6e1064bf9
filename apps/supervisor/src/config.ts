import {
  loadConfig,
  originField,
  portField,
  redisProblem,
  redisUrlField,
  sharedEnvironment,
} from '@patchbay/foundation';
import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';
import { PEER_ID } from '@patchbay/sandbox-protocol';
import { hostAndPortSchema, tlsFileFields, tlsFileProblems } from '@patchbay/sandbox-protocol/peers';
import { z } from 'zod';

const flag = z.enum(['true', 'false']).transform((text) => text === 'true');

const bubblewrapField = z.string().min(1).default('/usr/bin/bwrap');

/** Everything the supervisor reads from its environment. */
export const supervisorEnvironment = z.object({
  ...sharedEnvironment,
  /** Public origin of the installation; sandboxes never reach it. */
  PATCHBAY_ORIGIN: originField,
  /** Name of this host among supervisors, as in its certificate: lower case, digits, hyphens. */
  SUPERVISOR_ID: z.string().regex(PEER_ID, 'lower case, digits and inner hyphens').default('local'),
  /** Unix socket this process listens on for gateway and worker on this machine. */
  SUPERVISOR_SOCKET: z.string().min(1).optional(),
  /** Group, as a number, that may use the socket. Empty: only the user this process runs as. */
  SUPERVISOR_SOCKET_GID: z.coerce.number().int().min(0).max(4_294_967_294).optional(),
  /** `host:port` this process listens on for gateways and workers on other machines, with certificates on both sides. */
  SUPERVISOR_LISTEN: hostAndPortSchema.optional(),
  /** `host:port` the others reach it by, when that is another one. */
  SUPERVISOR_ADVERTISE: hostAndPortSchema.optional(),
  /** Redis to register this host in, as a user without other rights there. Empty: gateways know it by configuration. */
  SUPERVISOR_REGISTRY_URL: redisUrlField.optional(),
  ...tlsFileFields,
  /**
   * Unix socket of the spawner, which starts sandboxes for this process. Empty: this process starts them itself, which
   * gives each a uid and limits of its own only where it runs as root.
   */
  SPAWNER_SOCKET: z.string().min(1).optional(),
  /** Directory for what sandboxes must read; other uids can enter it, only this process writes. */
  SANDBOX_DIR: z.string().min(1),
  /** Package tarballs by integrity; build sandboxes see it read-only. Empty: connectors are not built on this host. */
  PACKAGE_STORE_DIR: z.string().min(1).optional(),
  /** The bubblewrap program. */
  BWRAP_PATH: bubblewrapField,
  /** Loopback port of /health and /metrics; 0 takes a free one. */
  SUPERVISOR_INTERNAL_PORT: portField,
  /** Sandboxes that wait for first calls, about 30 MB each. Default: 4 in development, 8 in production. */
  SANDBOX_POOL_SIZE: z.coerce.number().int().min(0).max(64).optional(),
  /** Share of a core that one serving connector may use. Default: 0.5. */
  SANDBOX_CPU_CORES: z.coerce.number().min(0.1).max(16).optional(),
  /** Refuse to run connectors where uid, memory, process or CPU limits cannot be set. Default: in production. */
  PATCHBAY_REQUIRE_FULL_LIMITS: flag.optional(),
});

const schema = supervisorEnvironment
  .superRefine((env, context) => {
    for (const { variable, message } of listenerProblems(env)) {
      context.addIssue({ code: 'custom', path: [variable], message });
    }
  })
  .transform((env) => ({
    logLevel: env.PATCHBAY_LOG_LEVEL,
    platformHosts: new Set([new URL(env.PATCHBAY_ORIGIN).hostname.toLowerCase()]),
    hostId: env.SUPERVISOR_ID,
    socket: env.SUPERVISOR_SOCKET ? { path: env.SUPERVISOR_SOCKET, groupId: env.SUPERVISOR_SOCKET_GID } : null,
    listen: env.SUPERVISOR_LISTEN ?? null,
    advertised: env.SUPERVISOR_ADVERTISE ?? env.SUPERVISOR_LISTEN ?? null,
    registryUrl: env.SUPERVISOR_REGISTRY_URL ?? null,
    tlsFiles: {
      SUPERVISOR_TLS_CA_FILE: env.SUPERVISOR_TLS_CA_FILE,
      SUPERVISOR_TLS_CERT_FILE: env.SUPERVISOR_TLS_CERT_FILE,
      SUPERVISOR_TLS_KEY_FILE: env.SUPERVISOR_TLS_KEY_FILE,
    },
    sandboxDirectory: env.SANDBOX_DIR,
    packageStoreDirectory: env.PACKAGE_STORE_DIR,
    spawnerSocket: env.SPAWNER_SOCKET ?? null,
    bubblewrapFile: env.BWRAP_PATH,
    internalPort: env.SUPERVISOR_INTERNAL_PORT,
    poolSize: env.SANDBOX_POOL_SIZE ?? (env.PATCHBAY_MODE === 'production' ? SANDBOX_LIMITS.pool.value : 4),
    runtimeCpuCores: env.SANDBOX_CPU_CORES,
    requireFullLimits: env.PATCHBAY_REQUIRE_FULL_LIMITS ?? env.PATCHBAY_MODE === 'production',
  }));

/** Contradictions between the listener settings. */
function listenerProblems(
  env: z.output<typeof supervisorEnvironment>,
): { readonly variable: string; readonly message: string }[] {
  const { SUPERVISOR_LISTEN: listen, SUPERVISOR_REGISTRY_URL: registryUrl } = env;
  const problems: { variable: string; message: string }[] = [];
  if (env.SUPERVISOR_SOCKET === undefined && listen === undefined) {
    const message = 'set it, or SUPERVISOR_LISTEN for gateways on other machines';
    problems.push({ variable: 'SUPERVISOR_SOCKET', message });
  }
  if (registryUrl && !listen)
    problems.push({ variable: 'SUPERVISOR_LISTEN', message: 'is needed for the registration' });
  if (registryUrl && env.PATCHBAY_MODE === 'production') {
    const message = redisProblem(registryUrl.reveal(), env.REDIS_NETWORK_TRUSTED);
    if (message !== null) problems.push({ variable: 'SUPERVISOR_REGISTRY_URL', message });
  }
  return [...problems, ...tlsFileProblems(env, listen ? 'SUPERVISOR_LISTEN' : null)];
}

export type SupervisorConfig = z.output<typeof schema>;

/** Reads the environment once, at start. @throws ConfigError with every problem at once */
export function loadSupervisorConfig(env: NodeJS.ProcessEnv = process.env): SupervisorConfig {
  return loadConfig(schema, env);
}

/** Everything the probe reads from its environment. */
export const probeEnvironment = z.object({
  /** The bubblewrap program. */
  BWRAP_PATH: bubblewrapField,
  /** Where the probe keeps its files while it runs. */
  PROBE_DIR: z.string().min(1).default('/var/tmp'),
});

const probeSchema = probeEnvironment.transform((env) => ({
  bubblewrapFile: env.BWRAP_PATH,
  scratchDirectory: env.PROBE_DIR,
}));

/** @throws ConfigError with every problem at once */
export function loadProbeConfig(env: NodeJS.ProcessEnv = process.env): z.output<typeof probeSchema> {
  return loadConfig(probeSchema, env);
}
