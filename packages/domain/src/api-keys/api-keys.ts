import type { Page, PageRequest, Secret } from '@patchbay/foundation';
import type { Actor } from '../audit/index.ts';
import type { Tx } from '../database/index.ts';
import type { Permission } from '../organizations/index.ts';
import type { ApiKeyKind } from './api-key-text.ts';

export interface ApiKey {
  readonly id: string;
  readonly kind: ApiKeyKind;
  readonly name: string;
  /** First characters of the text, enough to recognise it. */
  readonly hint: string;
  readonly personId: string | null;
  readonly serviceAccountId: string | null;
  /** Listed connectors (kinds mcp and deploy); empty means none, `['*']` means every connector of the organization. */
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
  /** Listed permissions (kind admin). */
  readonly permissions: readonly Permission[];
  readonly expiresAt: Date;
  /** Addresses or CIDR blocks; empty means from anywhere. */
  readonly allowedAddresses: readonly string[];
  readonly lastUsedAt: Date | null;
  readonly lastUsedAddress: string | null;
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

export interface NewApiKey {
  readonly kind: ApiKeyKind;
  readonly name: string;
  /** Defaults to the actor's person. */
  readonly personId?: string;
  readonly serviceAccountId?: string;
  readonly connectorIds?: readonly string[];
  readonly scopes?: readonly string[];
  readonly permissions?: readonly Permission[];
  /** At most one year ahead. */
  readonly expiresAt: Date;
  readonly allowedAddresses?: readonly string[];
}

/** What the creator may do: a key never gets more. */
export interface ApiKeyCeiling {
  readonly permissions: ReadonlySet<Permission>;
}

/** The secret is returned once and stored as a hash. @throws AppError `api-keys.above_creator`, `api-keys.expiry_invalid` … */
export declare function createApiKey(
  tx: Tx,
  actor: Actor,
  input: NewApiKey,
  ceiling: ApiKeyCeiling,
): Promise<{ readonly apiKey: ApiKey; readonly secret: Secret }>;
export declare function getApiKey(tx: Tx, id: string): Promise<ApiKey>;
export declare function listApiKeys(tx: Tx, page: PageRequest): Promise<Page<ApiKey>>;
/** In force on every gateway within a second. Revoking twice is fine. */
export declare function revokeApiKey(tx: Tx, actor: Actor, id: string): Promise<ApiKey>;
