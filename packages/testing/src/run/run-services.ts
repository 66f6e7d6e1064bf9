import type { Found, Program } from '@patchbay/embedded';
import { inject } from 'vitest';

/** The services that the global setup started for this run of tests, and their addresses. */
export interface RunServices {
  /** Removed at the end of the run. Accounts other than ours may pass through it. */
  readonly directory: string;
  /** The superuser's URL of the PostgreSQL that all files of this run share. */
  readonly superuserUrl: string;
  /** A migrated database that is never written to; test databases are cloned from it. */
  readonly templateDatabase: string;
  readonly passwords: { readonly owner: string; readonly app: string; readonly auth: string; readonly queue: string };
  readonly redis: Found<Program>;
  readonly bubblewrap: Found<string>;
}

declare module 'vitest' {
  interface ProvidedContext {
    services: RunServices;
  }
}

export function runServices(): RunServices {
  return inject('services');
}
