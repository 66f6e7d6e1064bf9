import { dataEnvironment, loadConfig } from '@patchbay/foundation';
import { z } from 'zod';

const operatorEnvironment = z.object({
  DATABASE_URL: dataEnvironment.DATABASE_URL,
  KEYHOLDER_SOCKET: dataEnvironment.KEYHOLDER_SOCKET,
  MASTER_KEY_FILE: dataEnvironment.MASTER_KEY_FILE,
});

/**
 * The part of the gateway's environment that an operator's program reads.
 *
 * @throws ConfigError with every problem at once
 */
export function loadOperatorConfig(env: NodeJS.ProcessEnv = process.env) {
  const value = loadConfig(operatorEnvironment, env);
  return {
    databaseUrl: value.DATABASE_URL.reveal(),
    keys: { keyholderSocket: value.KEYHOLDER_SOCKET, masterKeyFile: value.MASTER_KEY_FILE },
  };
}
