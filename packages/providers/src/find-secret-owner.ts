import type { Provider } from './provider.ts';

type WithPrefixes = Pick<Provider, 'id' | 'name' | 'secretPrefixes'>;

/** The form that a key was pasted into: a provider of the catalogue, or an owner's own. */
export interface KeyForm {
  readonly id: string;
  /** Keys that belong here; empty where they have no known prefix. */
  readonly prefixes: readonly string[];
}

/** Keys of this platform: they open the organization itself. */
const OWN_PREFIXES = ['pbk_', 'pbs_'] as const;

/** Whether a pasted key may be sent to the provider of the form. */
export type PastedKey =
  | { readonly accepted: true }
  /** The provider whose prefix the key has; null for a key of this platform. */
  | { readonly accepted: false; readonly owner: { readonly id: string; readonly name: string } | null }
  /** A secret of the form's own provider, but of a kind that the form does not take, such as an OAuth token. */
  | { readonly accepted: false; readonly expected: readonly string[] };

/**
 * Checked before the key is sent anywhere: a form that asks for "your GitHub key" on another provider's page, or a person
 * who confused two tabs, must not deliver one provider's key to another. The longest prefix decides.
 */
export function checkPastedKey(text: string, form: KeyForm, catalogue: readonly WithPrefixes[]): PastedKey {
  const key = withoutFrame(text);
  if (OWN_PREFIXES.some((prefix) => key.startsWith(prefix))) return { accepted: false, owner: null };
  if (form.prefixes.some((prefix) => key.startsWith(prefix))) return { accepted: true };
  const owner = findSecretOwner(key, catalogue);
  if (owner && owner.id !== form.id) return { accepted: false, owner: { id: owner.id, name: owner.name } };
  return owner && form.prefixes.length > 0 ? { accepted: false, expected: form.prefixes } : { accepted: true };
}

/** The provider that issues secrets with the longest prefix that the text begins with. */
export function findSecretOwner<P extends WithPrefixes>(text: string, catalogue: readonly P[]): P | undefined {
  let found: { provider: P; length: number } | undefined;
  for (const provider of catalogue) {
    for (const prefix of provider.secretPrefixes) {
      if (text.startsWith(prefix) && prefix.length > (found?.length ?? 0)) found = { provider, length: prefix.length };
    }
  }
  return found?.provider;
}

/** The key as it was copied, without white space, quotes, and the scheme of a header that was copied with it. */
function withoutFrame(text: string): string {
  return text
    .trim()
    .replace(/^["'`]+|["'`]+$/g, '')
    .replace(/^(?:bearer|token|basic)\s+/i, '')
    .trim();
}
