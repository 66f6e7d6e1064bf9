/** What can change under a cache. A notification carries the kind and the id, nothing else (security.md S24). */
export const CHANGE_KINDS = ['organization', 'connector', 'version', 'api_key', 'person', 'audit_event'] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}
