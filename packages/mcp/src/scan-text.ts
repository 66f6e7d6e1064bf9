import { CALL_LIMITS } from '@patchbay/foundation/limits';

/**
 * The scan of a body before it is parsed. It defends the event loop against bodies that are cheap to send and expensive
 * to parse, and the policy ruling against bodies that two parsers read differently. One pass, linear in the length of
 * any text; it never throws. It does not validate JSON: the parser that follows does, and only bodies that both accept
 * are processed.
 */
export type ScanProblem =
  | 'too_deep'
  | 'too_many_structures'
  | 'duplicate_key'
  | 'lone_surrogate'
  | 'number_out_of_range'
  | 'malformed';

export interface ScanFinding {
  readonly problem: ScanProblem;
  /** Offset in the text, in UTF-16 code units. */
  readonly position: number;
}

export interface ScanBounds {
  readonly depthMax: number;
  /** Count of `{ } [ ] , :` outside strings. */
  readonly structuresMax: number;
}

const DEPTH_MAX = CALL_LIMITS.requestDepth.value;
/** From this size on a body is parsed off the event loop, and may hold more structure. Bytes. */
export const LARGE_BODY_BYTES = 256 * 1024;

/** The bounds for a body of this many bytes. */
export function scanBounds(byteLength: number): ScanBounds {
  return { depthMax: DEPTH_MAX, structuresMax: byteLength < LARGE_BODY_BYTES ? 50_000 : 200_000 };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;

const PLAIN = /[^"\\]*/y;
const NUMBER = /-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;

export function scanText(text: string, bounds: ScanBounds): ScanFinding | null {
  if (!text.isWellFormed()) return { problem: 'lone_surrogate', position: 0 };
  /** One entry per open container: the keys seen so far, or null for an array. */
  const open: (Set<string> | null)[] = [];
  let structures = 0;
  let keyExpected = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) {
      const string = scanString(text, at);
      if ('problem' in string) return string;
      const keys = keyExpected ? open.at(-1) : null;
      if (keys) {
        const key = string.escaped ? decodeKey(text.slice(at, string.end + 1)) : text.slice(at + 1, string.end);
        if (key === null) return { problem: 'malformed', position: at };
        if (keys.has(key)) return { problem: 'duplicate_key', position: at };
        keys.add(key);
        keyExpected = false;
      }
      at = string.end;
    } else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      structures++;
      open.push(unit === OPEN_OBJECT ? new Set() : null);
      keyExpected = unit === OPEN_OBJECT;
      if (open.length > bounds.depthMax) return { problem: 'too_deep', position: at };
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) {
      structures++;
      open.pop();
      keyExpected = false;
    } else if (unit === COMMA) {
      structures++;
      keyExpected = open.at(-1) instanceof Set;
    } else if (unit === COLON) {
      structures++;
    } else if (unit === MINUS || (unit >= 0x30 && unit <= 0x39)) {
      const end = scanNumber(text, at);
      if (end < 0) return { problem: 'number_out_of_range', position: at };
      at = end - 1;
    }
    if (structures > bounds.structuresMax) return { problem: 'too_many_structures', position: at };
  }
  return null;
}

/** From the opening quote to the closing one. Escaped surrogates must come in pairs. */
function scanString(text: string, start: number): { end: number; escaped: boolean } | ScanFinding {
  let escaped = false;
  let at = start + 1;
  for (;;) {
    // Beyond the end the expression would begin again at the start of the text.
    if (at >= text.length) return { problem: 'malformed', position: start };
    PLAIN.lastIndex = at;
    PLAIN.test(text);
    at = PLAIN.lastIndex;
    if (at >= text.length) return { problem: 'malformed', position: start };
    if (text.charCodeAt(at) !== BACKSLASH) return { end: at, escaped };
    escaped = true;
    const code = escapedUnit(text, at);
    if (code === null) at += 2;
    else if (code >= 0xd800 && code <= 0xdbff) {
      const low = escapedUnit(text, at + 6);
      if (low === null || low < 0xdc00 || low > 0xdfff) return { problem: 'lone_surrogate', position: at };
      at += 12;
    } else if (code >= 0xdc00 && code <= 0xdfff) return { problem: 'lone_surrogate', position: at };
    else at += 6;
  }
}

/** The code unit of a `\uXXXX` at this place, or null for anything else. */
function escapedUnit(text: string, at: number): number | null {
  if (text.charCodeAt(at) !== BACKSLASH || text[at + 1] !== 'u') return null;
  const hex = text.slice(at + 2, at + 6);
  return /^[0-9a-fA-F]{4}$/.test(hex) ? Number.parseInt(hex, 16) : null;
}

/** End of the number, or -1 when it would not survive being read and written again. */
function scanNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  const match = NUMBER.exec(text);
  if (!match) return start + 1;
  const value = Number(match[0]);
  const integer = match[1] === undefined && match[2] === undefined;
  const survives = integer ? Math.abs(value) <= 2 ** 53 && Number.isSafeInteger(value) : Number.isFinite(value);
  return survives ? NUMBER.lastIndex : -1;
}

/** Two spellings of one key are one key: `"a"` is `"a"`. */
function decodeKey(literal: string): string | null {
  try {
    const key: unknown = JSON.parse(literal);
    return typeof key === 'string' ? key : null;
  } catch {
    return null;
  }
}
