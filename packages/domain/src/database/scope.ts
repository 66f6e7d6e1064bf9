/**
 * The organization whose rows a piece of work may touch. Every repository function takes it inside a `Tx`, so that none
 * can omit it.
 */
export interface OrganizationScope {
  readonly organizationId: string;
}
