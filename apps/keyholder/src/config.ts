import { loadConfig, sharedEnvironment } from '@patchbay/foundation';
import { z } from 'zod';

/** Everything the keyholder reads from its environment. */
export const keyholderEnvironment = z.object({
  PATCHBAY_MODE: sharedEnvironment.PATCHBAY_MODE,
  PATCHBAY_LOG_LEVEL: sharedEnvironment.PATCHBAY_LOG_LEVEL,
  /** File with the 32-byte master key, Base64, mode 0600. */
  MASTER_KEY_FILE: z.string().min(1),
  /** The shred keys of organizations, a file for each. It is in no backup of the database. */
  KEYHOLDER_DIR: z.string().min(1),
  /** Holds a directory for each role, `gateway` and `worker`, that only its user can enter, with the role's socket. */
  KEYHOLDER_SOCKET_DIR: z.string().min(1),
  /** Unwrapped data keys that one role may ask for at once, and then ten a second. */
  KEYHOLDER_UNWRAPS: z.coerce.number().int().min(1).default(2_000),
});

/** @throws ConfigError with every problem at once */
export function loadKeyholderConfig(env: NodeJS.ProcessEnv = process.env) {
  const value = loadConfig(keyholderEnvironment, env);
  return {
    logLevel: value.PATCHBAY_LOG_LEVEL,
    // It listens on no network, not even on loopback.
    internalPort: null,
    masterKeyFile: value.MASTER_KEY_FILE,
    directory: value.KEYHOLDER_DIR,
    socketDirectory: value.KEYHOLDER_SOCKET_DIR,
    unwrapsMax: value.KEYHOLDER_UNWRAPS,
  };
}

export type KeyholderConfig = ReturnType<typeof loadKeyholderConfig>;
