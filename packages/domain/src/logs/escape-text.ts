import { escapeText } from '@patchbay/foundation';
import { SANDBOX_LIMITS } from '@patchbay/foundation/limits';

/** Longest text of a stored log line, in UTF-8 bytes. */
export const LOG_TEXT_BYTES_MAX = SANDBOX_LIMITS.logLine.value;

const CUT_MARK = '…';

/**
 * Text whose every unprintable character is a visible `\u{1b}`, so that no terminal, page or file that shows the line
 * can be steered by it, cut to 8 KiB. Escaping escaped text changes nothing.
 */
export function escapeLogText(text: string): string {
  // Cut first: a megabyte is not scanned to be thrown away. Every UTF-16 unit is at least one byte.
  const escaped = escapeText(text.slice(0, LOG_TEXT_BYTES_MAX));
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
