import { loadConfig, sharedEnvironment } from '@patchbay/foundation';
import { z } from 'zod';

const id = z.coerce.number().int().min(0).max(4_294_967_294);

/** Everything the spawner reads from its environment. */
export const spawnerEnvironment = z.object({
  ...sharedEnvironment,
  /** Unix socket this process listens on for the supervisor of this machine. */
  SPAWNER_SOCKET: z.string().min(1),
  /** The supervisor's user, as a number: it listens for the requests that sandboxes make. */
  SPAWNER_SUPERVISOR_UID: id,
  /** The supervisor's group, as a number: its members may use the socket. */
  SPAWNER_SUPERVISOR_GID: id,
  /** Directory that the supervisor writes and sandboxes see, made for it when it is missing: its `SANDBOX_DIR`. */
  SPAWNER_SUPERVISOR_DIR: z.string().min(1),
  /** Package tarballs that build sandboxes see: the supervisor's `PACKAGE_STORE_DIR`. Empty: it builds nothing. */
  PACKAGE_STORE_DIR: z.string().min(1).optional(),
  /** Directory for files of sandboxes; other uids can enter it, only this process writes. */
  SPAWNER_DIR: z.string().min(1),
  /** The bubblewrap program. */
  BWRAP_PATH: z.string().min(1).default('/usr/bin/bwrap'),
  /** Share of a core that one serving connector may use. Default: 0.5. */
  SANDBOX_CPU_CORES: z.coerce.number().min(0.1).max(16).optional(),
});

const schema = spawnerEnvironment.transform((env) => ({
  logLevel: env.PATCHBAY_LOG_LEVEL,
  socketPath: env.SPAWNER_SOCKET,
  supervisor: { uid: env.SPAWNER_SUPERVISOR_UID, gid: env.SPAWNER_SUPERVISOR_GID },
  supervisorDirectory: env.SPAWNER_SUPERVISOR_DIR,
  mountRoots: [env.SPAWNER_SUPERVISOR_DIR, ...(env.PACKAGE_STORE_DIR ? [env.PACKAGE_STORE_DIR] : [])],
  directory: env.SPAWNER_DIR,
  bubblewrapFile: env.BWRAP_PATH,
  runtimeCpuCores: env.SANDBOX_CPU_CORES,
}));

export type SpawnerConfig = z.output<typeof schema>;

/** Reads the environment once, at start. @throws ConfigError with every problem at once */
export function loadSpawnerConfig(env: NodeJS.ProcessEnv = process.env): SpawnerConfig {
  return loadConfig(schema, env);
}
