import type { Actor } from '../audit/index.ts';
import type { Database } from '../database/index.ts';
import { API_KEY_PATTERN, parseApiKey } from './api-key-text.ts';
import { revokeApiKey } from './api-keys.ts';

const EXPOSED: Actor = { kind: 'system', name: 'a key in a URL is not secret any more' };

/** The key texts in what may hold some, each once. */
export function findKeyTexts(text: string): string[] {
  return [...new Set(text.match(new RegExp(API_KEY_PATTERN, 'g')) ?? [])];
}

/** Revokes the key of this text, if there is one: somebody let strangers read it. */
export async function revokeExposedKey(database: Pick<Database, 'lookups' | 'withOrganization'>, text: string) {
  // Only a text with the right checksum is looked up.
  const parsed = parseApiKey(text);
  const found = parsed && (await database.lookups.findApiKey(parsed.hash));
  if (!found) return;
  await database.withOrganization(found, (tx) => revokeApiKey(tx, EXPOSED, found.apiKeyId));
}
