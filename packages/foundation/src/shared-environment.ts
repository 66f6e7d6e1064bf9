import { z } from 'zod';
import { Secret } from './secret.ts';

/** From most to least severe: the lowest level that a process logs. `silent` logs nothing. */
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/** Variables that every process of an installation reads, so that one value suits all of them. */
export const sharedEnvironment = {
  /** `production` refuses what only suits one machine: an http origin, default passwords, no Redis, reduced limits. */
  PATCHBAY_MODE: z.enum(['development', 'production']).default('development'),
  /** How much each process logs. */
  PATCHBAY_LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  /** `true`: Redis is reached without TLS over a network without other users. Read in production only. */
  REDIS_NETWORK_TRUSTED: z
    .enum(['true', 'false'])
    .default('false')
    .transform((text) => text === 'true'),
};

/** A TCP port; 0 takes a free one. */
export const portField = z.coerce.number().int().min(0).max(65_535);

/** The public origin of an installation. */
export const originField = z
  .url({ protocol: /^https?$/ })
  .refine(
    (value) => URL.canParse(value) && new URL(value).origin === value,
    'must be an origin: no path, no slash at the end',
  );

const secretUrl = (protocol: RegExp) => z.url({ protocol }).transform((url) => new Secret(url));
export const redisUrlField = secretUrl(/^(rediss?|redis\+unix)$/);
const postgresUrlField = secretUrl(/^postgres(ql)?$/);

/** The server that mail is handed to. */
export const smtpUrlField = secretUrl(/^smtps?$/);

const ADDRESS = /^[^\s@<>]+@[^\s@<>]+$/;

/** The sender of mail: an address, or a name and an address. */
export const mailFromField = z
  .string()
  .max(320)
  .refine((text) => ADDRESS.test(/^[^<>\r\n]*<([^<>]+)>$/.exec(text)?.[1] ?? text), 'an address, or: Name <address>');

/** Variables of the processes that read and write an organization's data: gateway and worker. */
export const dataEnvironment = {
  /** Role `patchbay_app`: serves under row-level security. */
  DATABASE_URL: postgresUrlField,
  /** Role `patchbay_queue`: the queue of deploys when there is no Redis. */
  DATABASE_QUEUE_URL: postgresUrlField.optional(),
  /** `redis://`, `rediss://` or `redis+unix:///path.sock?password=…`. Empty: no Redis, and the queue on PostgreSQL. */
  REDIS_URL: redisUrlField.optional(),
  /** Unix socket of the keyholder for this role. Production needs one. */
  KEYHOLDER_SOCKET: z.string().min(1).optional(),
  /** File with the 32-byte master key, Base64, mode 0600: in development, where there is no keyholder. */
  MASTER_KEY_FILE: z.string().min(1).optional(),
};

/** Why the process has no keys, or must not have them in this manner; null when all is well. */
export function keysProblem(
  mode: 'development' | 'production',
  keys: { readonly KEYHOLDER_SOCKET?: string | undefined; readonly MASTER_KEY_FILE?: string | undefined },
): { readonly path: ['KEYHOLDER_SOCKET' | 'MASTER_KEY_FILE']; readonly message: string } | null {
  const { KEYHOLDER_SOCKET, MASTER_KEY_FILE } = keys;
  if (KEYHOLDER_SOCKET === undefined && MASTER_KEY_FILE === undefined) {
    return {
      path: ['KEYHOLDER_SOCKET'],
      message: 'is not set: the socket of the keyholder, or in development MASTER_KEY_FILE',
    };
  }
  if (KEYHOLDER_SOCKET !== undefined && MASTER_KEY_FILE !== undefined) {
    return {
      path: ['MASTER_KEY_FILE'],
      message: 'is set beside KEYHOLDER_SOCKET: only the keyholder reads the master key',
    };
  }
  if (mode === 'production' && KEYHOLDER_SOCKET === undefined) {
    return {
      path: ['MASTER_KEY_FILE'],
      message: 'production gives the master key to the keyholder alone: set KEYHOLDER_SOCKET',
    };
  }
  return null;
}

/** The reason why the mode refuses a valid origin, or null. */
export function originProblem(origin: string, mode: 'development' | 'production'): string | null {
  const { protocol, hostname } = new URL(origin);
  if (protocol === 'https:') return null;
  if (mode === 'production') return 'production serves people and tokens, so it must be https';
  return hostname === 'localhost' ? null : 'http is accepted for the name localhost only (not for 127.0.0.1)';
}
