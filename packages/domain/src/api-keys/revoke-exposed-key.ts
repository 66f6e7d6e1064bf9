import type { Actor } from '../audit/index.ts';
import type { Database } from '../database/index.ts';
import { API_KEY_PATTERN } from './api-key-text.ts';
import { revokeApiKey } from './api-keys.ts';

const EXPOSED: Actor = { kind: 'system', name: 'a key in a URL is not secret any more' };

/** The first key text in what may hold some. One is enough to refuse what holds it, and to cost a sender of many little. */
export function findKeyText(text: string): string | null {
  return API_KEY_PATTERN.exec(text)?.[0] ?? null;
}

/** Revokes the key of this hash, if it exists, because it was exposed. */
export async function revokeExposedKey(
  database: Pick<Database, 'lookups' | 'withOrganization'>,
  hash: Uint8Array,
): Promise<void> {
  const found = await database.lookups.findApiKey(hash);
  if (found === null) return;
  await database.withOrganization(found, (tx) => revokeApiKey(tx, EXPOSED, found.apiKeyId));
}
