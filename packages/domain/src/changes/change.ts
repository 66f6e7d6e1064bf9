/** What can change under a cache. A notification carries the kind and the id, nothing else (security.md S24). */
export const CHANGE_KINDS = [
  'organization',
  'connector',
  'version',
  'api_key',
  'person',
  'audit_event',
  /** What the organization's own URL serves; the id is the organization's. */
  'joined_names',
] as const;
export type ChangeKind = (typeof CHANGE_KINDS)[number];

export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}
