import { createHash } from 'node:crypto';

/** Characters clients take in the name of a tool. */
const NAME_LENGTH_MAX = 64;
const TAIL_LENGTH = 8;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The name of a connector's tool or prompt at the organization's own URL: `{connector}__{name}`. Injective as long as
 * it fits, because a connector's slug has no underscore; what does not fit ends in a hash of the whole, and whoever
 * makes a table of such names must look for equal ones. Never split it again: look it up.
 */
export function joinName(connectorSlug: string, name: string): string {
  const joined = `${connectorSlug}__${name}`;
  if (joined.length <= NAME_LENGTH_MAX) return joined;
  const hash = createHash('sha256').update(joined).digest();
  const tail = Array.from(hash.subarray(0, TAIL_LENGTH), (byte) => ALPHABET[byte & 31]).join('');
  return `${joined.slice(0, NAME_LENGTH_MAX - TAIL_LENGTH - 1)}-${tail}`;
}

/** What one joined name stands for. */
export interface JoinedEntry<Connector> {
  readonly connector: Connector;
  readonly name: string;
}

/**
 * The table of joined names. Two pairs that would share a name are both left out: better that neither can be called than
 * that one answers for the other (security S12).
 */
export function joinedNames<Connector extends { readonly slug: string }>(
  entries: Iterable<JoinedEntry<Connector>>,
): Map<string, JoinedEntry<Connector>> {
  const table = new Map<string, JoinedEntry<Connector>>();
  const shared = new Set<string>();
  for (const entry of entries) {
    const joined = joinName(entry.connector.slug, entry.name);
    if (table.has(joined)) shared.add(joined);
    table.set(joined, entry);
  }
  for (const joined of shared) table.delete(joined);
  return table;
}
