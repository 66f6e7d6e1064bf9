import type { Vault } from '@patchbay/vault';
import type { Database } from '../database/index.ts';

export interface PurgeReport {
  /** Digests nothing refers to any more: the worker removes them from the artifact store. */
  readonly digests: readonly { readonly organizationId: string; readonly digest: string }[];
  readonly organizations: number;
  readonly connectors: number;
  readonly rows: number;
}

/** Ends what is 30 days deleted (data key first) and drops rows past their retention. Slugs stay for ever. */
export declare function purgeExpired(database: Database, vault: Vault, now?: Date): Promise<PurgeReport>;
