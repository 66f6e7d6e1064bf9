/** The actor of an audited change. */
export type Actor =
  | {
      readonly kind: 'person';
      readonly personId: string;
      /** The OAuth client that acted for them, with what it was called then. */
      readonly client?: { readonly id: string; readonly name: string } | undefined;
    }
  | { readonly kind: 'api_key'; readonly apiKeyId: string; readonly personId?: string | undefined }
  | { readonly kind: 'service_account'; readonly serviceAccountId: string }
  | { readonly kind: 'system'; readonly name: string };

/** The person behind the actor, if any. */
export function personOf(actor: Actor): string | null {
  if (actor.kind === 'person') return actor.personId;
  return actor.kind === 'api_key' ? (actor.personId ?? null) : null;
}
