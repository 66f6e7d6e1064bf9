import { surviveLostConnections } from '@patchbay/domain';
import type { Secret } from '@patchbay/foundation';
import pg from 'pg';
import type { AuthSettings } from './auth-options.ts';
import type { BetterAuth } from './create-better-auth.ts';

/** The used part of better-auth. Every member of `api` is an asynchronous function. */
export type Auth = Pick<BetterAuth, 'api' | '$context'> & { handler(request: Request): Promise<Response> };

/**
 * better-auth, loaded at the first sign-in or look-up of a session: it is the largest module of the gateway, and a
 * gateway that was killed has calls to answer first.
 */
export function createAuth(settings: AuthSettings): Auth {
  let loading: Promise<BetterAuth> | undefined;
  const load = () => {
    loading ??= import('./create-better-auth.ts').then(({ createBetterAuth }) => createBetterAuth(settings));
    return loading;
  };
  return {
    handler: async (request) => (await load()).handler(request),
    get $context() {
      return load().then((auth) => auth.$context);
    },
    // Same functions, same promises; only the first one comes later.
    api: new Proxy({} as Auth['api'], {
      get:
        (_target, name) =>
        async (...given: unknown[]) => {
          const { api } = await load();
          return Reflect.apply(Reflect.get(api, name), api, given);
        },
    }),
  };
}

const POOL_SIZE_MAX = 5;

/**
 * Connections of the role `patchbay_auth`; its tables are found in the schema `identity` and nowhere else.
 *
 * @param onIdleLoss called when an idle connection of the pool breaks
 */
export function createAuthPool(url: Secret, onIdleLoss: (error: Error) => void): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url.reveal(),
    max: POOL_SIZE_MAX,
    options: '-c search_path=identity',
    connectionTimeoutMillis: 5_000,
    statement_timeout: 10_000,
  });
  surviveLostConnections(pool, onIdleLoss);
  return pool;
}
