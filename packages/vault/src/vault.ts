import type { Secret } from '@patchbay/foundation';

/** Where a sealed value belongs. A value opens only with exactly the place it was sealed for. */
export interface SealedPlace {
  /** An organization, or the platform itself (values that belong to no organization). */
  readonly scope: { readonly kind: 'organization'; readonly organizationId: string } | { readonly kind: 'platform' };
  /** Id of the row. */
  readonly record: string;
  /** Table and column: `secrets.value`. */
  readonly field: string;
}

/** Where wrapped data keys live; the domain keeps them in rows. */
export interface DataKeyStore {
  find(): Promise<Uint8Array | null>;
  /** Stores the wrapped key unless there is one already; returns the one that is there afterwards. */
  insert(wrapped: Uint8Array): Promise<Uint8Array>;
}

export interface Vault {
  seal(place: SealedPlace, value: Secret, keys: DataKeyStore): Promise<Uint8Array>;
  /** @throws VaultError when anything at all is not as it was sealed */
  open(place: SealedPlace, envelope: Uint8Array, keys: DataKeyStore): Promise<Secret>;
  /** Forgets the organization's unwrapped key, for example when it was purged. */
  forget(organizationId: string): void;
}
