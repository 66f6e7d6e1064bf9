import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Secret } from '@patchbay/foundation';

export const API_KEY_KINDS = ['mcp', 'deploy', 'admin'] as const;
export type ApiKeyKind = (typeof API_KEY_KINDS)[number];

export interface ParsedApiKey {
  readonly kind: ApiKeyKind;
  /** SHA-256 of the full text. The text has 256 random bits, so no slow hash is needed. */
  readonly hash: Uint8Array;
}

/** For secret scanners, ours and others': every key text matches, and hardly anything else does. */
export const API_KEY_PATTERN = /pbk_(?:mcp|deploy|admin)_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}/;

const WHOLE = /^pbk_(mcp|deploy|admin)_([A-Za-z0-9_-]{43})([0-9A-Za-z]{6})$/;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Kind and hash of a well-formed key text with a right checksum, else null. No look-up: a typing error costs nothing. */
export function parseApiKey(text: string): ParsedApiKey | null {
  const match = WHOLE.exec(text);
  const [, kind, body, checksum] = match ?? [];
  const known = API_KEY_KINDS.find((candidate) => candidate === kind);
  if (known === undefined || body === undefined || checksumOf(`pbk_${known}_${body}`) !== checksum) return null;
  return { kind: known, hash: hash('sha256', text, 'buffer') };
}

/** New key text: `pbk_{kind}_` + 43 characters base64url of 32 random bytes + 6 characters base62 of the CRC-32 so far. */
export function newApiKeyText(kind: ApiKeyKind): Secret {
  const text = `pbk_${kind}_${randomBytes(32).toString('base64url')}`;
  return new Secret(text + checksumOf(text));
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < 6; place += 1) {
    digits = BASE62[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
