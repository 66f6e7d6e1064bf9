import type { Secret } from '@patchbay/foundation';
import { betterAuth } from 'better-auth';
import pg from 'pg';
import { type AuthSettings, authOptions } from './auth-options.ts';

/** better-auth with our settings. */
export const createAuth = (settings: AuthSettings) => betterAuth(authOptions(settings));
export type Auth = ReturnType<typeof createAuth>;

const POOL_SIZE_MAX = 5;

/** Connections of the role `patchbay_auth`; its tables are found in the schema `identity` and nowhere else. */
export function createAuthPool(url: Secret): pg.Pool {
  return new pg.Pool({
    connectionString: url.reveal(),
    max: POOL_SIZE_MAX,
    options: '-c search_path=identity',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
  });
}
