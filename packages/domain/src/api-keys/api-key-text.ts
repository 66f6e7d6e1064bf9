import type { Secret } from '@patchbay/foundation';

export const API_KEY_KINDS = ['mcp', 'deploy', 'admin'] as const;
export type ApiKeyKind = (typeof API_KEY_KINDS)[number];

export interface ParsedApiKey {
  readonly kind: ApiKeyKind;
  /** SHA-256 of the whole text. */
  readonly hash: Uint8Array;
}

/** Kind and hash of a well-formed key text with a right checksum, else null. No look-up. */
export declare function parseApiKey(text: string): ParsedApiKey | null;
/** New key text: `pbk_{kind}_` + 43 characters base64url of 32 random bytes + 6 characters base62 of their CRC-32. */
export declare function newApiKeyText(kind: ApiKeyKind): Secret;
