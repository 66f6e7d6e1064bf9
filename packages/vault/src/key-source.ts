import type { KeyPurpose } from './purposes.ts';

/** The ids of the master keys. Ids only grow; what was sealed or signed without an id has the id 0. */
export interface KeyIds {
  /** Seals and signs from now on. */
  readonly current: number;
  /** Every id that still opens and verifies, the current one included. */
  readonly accepted: readonly number[];
}

/**
 * The keeper of the master key. It hands out no master key: it wraps and unwraps the data keys of organizations, and
 * derives keys of known purposes. Behind it is a process of its own, or the key service of a cloud, so that each method
 * may take long and may fail; callers keep what they got, and ask for many things at once.
 *
 * @throws AppError `data.unavailable` from each method while the keeper does not answer or holds its caller back
 */
export interface KeySource {
  keyIds(): Promise<KeyIds>;
  /** @returns a text that only `unwrap` for the same organization opens, for a row of the database */
  wrap(organizationId: string, dataKey: Uint8Array): Promise<Uint8Array>;
  /** @throws VaultError when the text was altered, is another organization's, or its keys are withheld or destroyed */
  unwrap(organizationId: string, wrapped: Uint8Array): Promise<Uint8Array>;
  /**
   * @param context names the process for keys that each process has of its own; empty for all others
   * @throws VaultError when the caller may not have it, or no such key id is accepted
   */
  deriveKey(purpose: KeyPurpose, keyId: number, context?: string): Promise<Uint8Array>;
  /** Nothing of the organization opens until its keys are released: it was deleted, and may be restored. */
  withhold(organizationId: string): Promise<void>;
  /** @throws VaultError once they are destroyed */
  release(organizationId: string): Promise<void>;
  /** Nothing of the organization opens ever again, from no backup of the database. */
  destroy(organizationId: string): Promise<void>;
  /** Resolves when the keeper answers; for `/health`. */
  ping(): Promise<void>;
  close(): void;
}
