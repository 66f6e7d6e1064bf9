import { artifactStoreFields } from '@patchbay/artifacts';
import {
  dataEnvironment,
  keysProblem,
  loadConfig,
  originField,
  portField,
  redisProblem,
  sharedEnvironment,
} from '@patchbay/foundation';
import { DEPLOY_LIMITS } from '@patchbay/foundation/limits';
import { supervisorFields, supervisorProblems } from '@patchbay/sandbox-client';
import { z } from 'zod';

/** Everything the worker reads from its environment. */
export const workerEnvironment = z
  .object({
    ...sharedEnvironment,
    /** Public origin of the installation: `https://…`, or `http://localhost:…`. */
    PATCHBAY_ORIGIN: originField,
    ...dataEnvironment,
    ...supervisorFields,
    ...artifactStoreFields,
    /** Package tarballs by integrity; the supervisor mounts it read-only into build sandboxes. */
    PACKAGE_STORE_DIR: z.string().min(1),
    /** Size of the package store: what was used longest ago goes when it is larger. Default 5 GiB. */
    PACKAGE_STORE_BYTES_MAX: z.coerce.number().int().min(0).default(DEPLOY_LIMITS.packageStore.value),
    /** Where dependencies come from. Its host may resolve to a private address: the operator named it. */
    PATCHBAY_NPM_REGISTRY: z
      .url({ protocol: /^https?$/ })
      .default('https://registry.npmjs.org')
      .transform((url) => url.replace(/\/+$/, '')),
    /** How long one answer of the registry may take, its body included. */
    PATCHBAY_NPM_TIMEOUT_MS: z.coerce.number().int().min(100).max(60_000).default(DEPLOY_LIMITS.registryAnswer.value),
    /** Loopback port for /health and /metrics. */
    WORKER_INTERNAL_PORT: portField.default(4002),
  })
  .refine((config) => config.REDIS_URL !== undefined || config.DATABASE_QUEUE_URL !== undefined, {
    message: 'set REDIS_URL or DATABASE_QUEUE_URL',
    path: ['REDIS_URL'],
  })
  .refine((config) => config.S3_ENDPOINT !== undefined || config.ARTIFACT_DIR !== undefined, {
    message: 'set ARTIFACT_DIR or S3_ENDPOINT',
    path: ['ARTIFACT_DIR'],
  })
  .superRefine((config, context) => {
    const ofKeys = keysProblem(config.PATCHBAY_MODE, config);
    if (ofKeys !== null) context.addIssue({ code: 'custom', ...ofKeys });
    const ofRedis =
      config.PATCHBAY_MODE === 'production' && config.REDIS_URL !== undefined
        ? redisProblem(config.REDIS_URL.reveal(), config.REDIS_NETWORK_TRUSTED)
        : null;
    if (ofRedis !== null) context.addIssue({ code: 'custom', path: ['REDIS_URL'], message: ofRedis });
    for (const { variable, message } of supervisorProblems(config, config.REDIS_URL !== undefined)) {
      context.addIssue({ code: 'custom', path: [variable], message });
    }
  });

export type WorkerConfig = ReturnType<typeof loadWorkerConfig>;

/** @throws ConfigError with every problem at once */
export function loadWorkerConfig(env: NodeJS.ProcessEnv = process.env) {
  const config = loadConfig(workerEnvironment, env);
  const keys = { keyholderSocket: config.KEYHOLDER_SOCKET, masterKeyFile: config.MASTER_KEY_FILE };
  return { ...config, keys, logLevel: config.PATCHBAY_LOG_LEVEL, internalPort: config.WORKER_INTERNAL_PORT };
}
