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
export class LazyAuth implements Auth {
  /** Same functions, same promises; only the first one comes later. */
  readonly api: Auth['api'];
  readonly #settings: AuthSettings;
  #loading: Promise<BetterAuth> | undefined;

  constructor(settings: AuthSettings) {
    this.#settings = settings;
    const call = async (name: string | symbol, given: unknown[]) => {
      const { api } = await this.#load();
      return Reflect.apply(Reflect.get(api, name), api, given);
    };
    this.api = new Proxy({} as Auth['api'] /* every member is made below */, {
      get:
        (_target, name) =>
        (...given: unknown[]) =>
          call(name, given),
    });
  }

  get $context(): Auth['$context'] {
    return this.#load().then((auth) => auth.$context);
  }

  async handler(request: Request): Promise<Response> {
    return (await this.#load()).handler(request);
  }

  #load(): Promise<BetterAuth> {
    this.#loading ??= import('./create-better-auth.ts').then(({ createBetterAuth }) =>
      createBetterAuth(this.#settings),
    );
    return this.#loading;
  }
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
