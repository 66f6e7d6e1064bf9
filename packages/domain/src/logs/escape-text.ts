import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';

/** Longest text of a stored log line, in UTF-8 bytes. */
export const LOG_TEXT_BYTES_MAX = SANDBOX_LIMITS.logLine.value;

const CUT_MARK = '…';

/** C0, DEL and C1; bidirectional marks, embeddings, overrides and isolates; line and paragraph separators; lone surrogates. */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text whose every unprintable character is a visible `\u{1b}`, so that no terminal, page or file that shows the line
 * can be steered by it (security.md S27), cut to 8 KiB. Escaping escaped text changes nothing.
 */
export function escapeLogText(text: string): string {
  // Cut first: a megabyte is not scanned to be thrown away. Every UTF-16 unit is at least one byte.
  const escaped = text
    .slice(0, LOG_TEXT_BYTES_MAX)
    .replace(UNPRINTABLE, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
  if (text.length <= LOG_TEXT_BYTES_MAX && Buffer.byteLength(escaped) <= LOG_TEXT_BYTES_MAX) return escaped;
  const room = LOG_TEXT_BYTES_MAX - Buffer.byteLength(CUT_MARK);
  let bytes = 0;
  let kept = '';
  for (const character of escaped) {
    bytes += Buffer.byteLength(character);
    if (bytes > room) break;
    kept += character;
  }
  return kept + CUT_MARK;
}
