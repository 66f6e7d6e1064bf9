import { createHash } from 'node:crypto';
import { STREAM_LIMITS } from '@patchbay/foundation/limits';

/** Characters clients take in the name of a tool. */
const NAME_LENGTH_MAX = STREAM_LIMITS.joinedName.value;
const TAIL_LENGTH = 8;
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * The name of a connector's tool or prompt at the organization's own URL: `{connector}__{name}`. Injective as long as
 * it fits, because a connector's slug has no underscore; a longer name ends in a hash of the whole, and a table of such
 * names must be checked for equal ones. Never split a joined name: look it up.
 */
export function joinName(connectorSlug: string, name: string): string {
  const joined = `${connectorSlug}__${name}`;
  if (joined.length <= NAME_LENGTH_MAX) return joined;
  const hash = createHash('sha256').update(joined).digest();
  const tail = Array.from(hash.subarray(0, TAIL_LENGTH), (byte) => ALPHABET[byte & 31]).join('');
  return `${joined.slice(0, NAME_LENGTH_MAX - TAIL_LENGTH - 1)}-${tail}`;
}

/**
 * Whether a connector may not give a tool this name: the separator of joined names, and `patchbay_`, which begins the names
 * of the platform's own tools. Clients show names to people, so other letters of the same word do not help.
 */
export function isReservedToolName(name: string): boolean {
  return name.startsWith('_') || name.includes('__') || /^patchbay_/i.test(name);
}
