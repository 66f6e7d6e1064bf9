import { loadConfig, Secret } from '@patchbay/foundation';
import { z } from 'zod';

const password = z
  .string()
  .min(16, 'use at least 16 characters; make-secrets.mjs makes good ones')
  .refine((value) => !value.startsWith('replace-me'), 'is the placeholder of .env.example')
  .transform((value) => new Secret(value));

export const setupEnvironment = z.object({
  /** A superuser, or a user that may create roles and databases. Used once per upgrade, by this program only. */
  DATABASE_ADMIN_URL: z.url({ protocol: /^postgres(ql)?$/ }),
  /** Password of the role `patchbay_owner`, which migrates. */
  PATCHBAY_OWNER_PASSWORD: password,
  /** Password of the role `patchbay_app`, under row-level security. */
  PATCHBAY_APP_PASSWORD: password,
  /** Password of the role `patchbay_auth`, for people and sessions. */
  PATCHBAY_AUTH_PASSWORD: password,
  /** Password of the role `patchbay_queue`. */
  PATCHBAY_QUEUE_PASSWORD: password,
});

/** @throws ConfigError with every problem at once */
export function loadSetupConfig(env: NodeJS.ProcessEnv) {
  const value = loadConfig(setupEnvironment, env);
  return {
    adminUrl: value.DATABASE_ADMIN_URL,
    passwords: {
      owner: value.PATCHBAY_OWNER_PASSWORD,
      app: value.PATCHBAY_APP_PASSWORD,
      auth: value.PATCHBAY_AUTH_PASSWORD,
      queue: value.PATCHBAY_QUEUE_PASSWORD,
    },
  };
}
