import type { Clock } from '@patchbay/foundation';
import type { ChangeFeed } from '../changes/index.ts';
import type { Database } from '../database/index.ts';
import type { Role } from '../organizations/index.ts';
import type { ApiKey } from './api-keys.ts';

/** Where a key is presented: `/mcp`, publishing endpoints of the admin API, the rest of the admin API. */
export type ApiKeyDoor = 'mcp' | 'deploy' | 'admin';

export interface VerifiedApiKey {
  readonly organizationId: string;
  readonly apiKey: ApiKey;
  /** Present roles of the key's person; a service account has none. */
  readonly roles: readonly Role[];
  /** The person's, or null for a service account. */
  readonly person: { readonly id: string; readonly email: string; readonly name: string } | null;
}

export interface ApiKeyCacheOptions {
  readonly database: Database;
  readonly feed: ChangeFeed;
  readonly entriesMax?: number;
  readonly clock?: Clock;
}

/** Verifies keys on the hot path. Unknown keys are remembered too, in a small cache of their own. */
export interface ApiKeyCache {
  /**
   * The key and its person, checked for door, expiry, revocation, membership and address.
   *
   * @throws AppError `api-keys.invalid` (401), `api-keys.expired` (401), `api-keys.wrong_door` (403, before any look-up),
   * `api-keys.address_refused` (403), `data.stale` (503)
   */
  verify(text: string, doors: readonly ApiKeyDoor[], address: string): Promise<VerifiedApiKey>;
  /** Writes the batched last uses. Runs by itself every 30 s and on close. */
  flushLastUses(): Promise<void>;
  close(): Promise<void>;
}

export declare function createApiKeyCache(options: ApiKeyCacheOptions): ApiKeyCache;
