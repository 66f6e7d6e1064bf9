import { inject } from 'vitest';

/** What the global setup started for this run of tests, and where. */
export interface RunServices {
  /** Removed at the end of the run. Accounts other than ours may pass through it. */
  readonly directory: string;
  /** The superuser's URL of the one PostgreSQL of this run. */
  readonly superuserUrl: string;
  /** A migrated database nobody writes to; test databases are cloned from it. */
  readonly templateDatabase: string;
  readonly passwords: { readonly owner: string; readonly app: string; readonly auth: string; readonly queue: string };
  /** null: no Redis on this machine; `redisMissing` says why. */
  readonly redis: { readonly program: string; readonly libraryPath?: string } | null;
  readonly redisMissing: string | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    services: RunServices;
  }
}

export function runServices(): RunServices {
  return inject('services');
}
