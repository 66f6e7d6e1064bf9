/**
 * One key per organization, kept by the keyholder and in no database or backup of one. It is the inner wrapping of the
 * organization's data keys: without it none of them opens, whatever backup they come from.
 */
export interface ShredKeys {
  /**
   * Null for an organization that has none yet.
   *
   * @throws VaultError while it is withheld, and once it is destroyed
   */
  find(organizationId: string): Promise<Uint8Array | null>;
  /** The one there is, or a new one. @throws VaultError as `find` */
  ensure(organizationId: string): Promise<Uint8Array>;
  /** Sets it apart, so that nothing opens until it is released. Again, and of an organization without one: the same. */
  withhold(organizationId: string): Promise<void>;
  /** Puts a withheld one back. @throws VaultError once it is destroyed */
  release(organizationId: string): Promise<void>;
  /** For good: another one is never made. */
  destroy(organizationId: string): Promise<void>;
}
