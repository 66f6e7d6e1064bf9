/**
 * The payload of a call or an answer: one JSON text that crosses the supervisor unread. Bytes of a sandbox are hostile
 * until the process that uses them has parsed them here.
 */
import { AppError } from '@patchbay/foundation';
import { CALL_LIMITS } from '@patchbay/foundation/limits';

/** Arrays and objects inside each other. */
export const PAYLOAD_DEPTH_MAX = CALL_LIMITS.resultDepth.value;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function encodePayload(value: unknown): Buffer {
  return Buffer.from(JSON.stringify(value));
}

/**
 * The value of a payload: exactly one JSON value in valid UTF-8, nested no deeper than the limit.
 *
 * @throws AppError `sandbox.invalid_result` with the violated rule
 */
export function decodePayload(payload: Buffer): unknown {
  if (exceedsDepth(payload, PAYLOAD_DEPTH_MAX)) {
    throw new AppError('sandbox.invalid_result', {
      detail: `The connector's answer is nested deeper than ${PAYLOAD_DEPTH_MAX} levels.`,
    });
  }
  try {
    return JSON.parse(utf8.decode(payload));
  } catch (error) {
    throw new AppError('sandbox.invalid_result', {
      detail: "The connector's answer is not one JSON value in UTF-8.",
      cause: error,
    });
  }
}

/** Whether arrays and objects of a JSON text are nested deeper than `depthMax`. Strings are skipped. */
function exceedsDepth(text: Buffer, depthMax: number): boolean {
  // Each level needs a character to open it and one to close it.
  if (text.byteLength <= depthMax * 2) return false;
  let depth = 0;
  for (let at = 0; at < text.byteLength; at += 1) {
    const byte = text[at];
    if (byte === QUOTE) {
      at = endOfString(text, at + 1);
    } else if (byte === 0x5b || byte === 0x7b) {
      depth += 1;
      if (depth > depthMax) return true;
    } else if (byte === 0x5d || byte === 0x7d) {
      depth -= 1;
    }
  }
  return false;
}

/** The end of the string whose first character is at `from`; the end of the text when it does not end. */
function endOfString(text: Buffer, from: number): number {
  for (let at = text.indexOf(QUOTE, from); at !== -1; at = text.indexOf(QUOTE, at + 1)) {
    let backslashes = 0;
    while (at - backslashes > from && text[at - backslashes - 1] === BACKSLASH) backslashes += 1;
    if (backslashes % 2 === 0) return at;
  }
  return text.byteLength;
}
