import { codeOf } from './escape-text.ts';

/** Path of a text in a value, as `name`, `tools.3.title`; empty for the value itself. */
export interface TextProblem {
  readonly path: readonly string[];
  readonly problem: string;
}

/**
 * Why a text cannot be stored and sent on as it is, or null. PostgreSQL holds no U+0000; a text that is not well-formed
 * UTF-16 has no form in UTF-8, so that a row, a log or a client would get another text than was checked.
 */
export function textProblem(text: string): string | null {
  if (text.includes('\0')) return 'holds a NUL character (U+0000)';
  return text.isWellFormed() ? null : 'holds half of a surrogate pair (it is not well-formed UTF-16)';
}

/** The bytes as text without a byte order mark, or why they are none and in which line. */
export type DecodedText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: string; readonly line: number };

/** Reads a file that a person wrote: UTF-8 and nothing else, with no NUL in it. */
export function decodeText(bytes: Uint8Array): DecodedText {
  const [first = 1, second = 1] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  // Without a mark, every other byte of Latin text is 0.
  if (isUtf16 || (first === 0) !== (second === 0)) {
    return { ok: false, problem: 'is UTF-16; save it as UTF-8', line: 1 };
  }
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const nul = buffer.indexOf(0);
  if (nul !== -1) return { ok: false, problem: 'holds a NUL character (U+0000)', line: lineAt(buffer, nul) };
  const text = buffer.toString('utf8');
  // A byte that is no UTF-8 became U+FFFD, so that the bytes have not come back as they were.
  const back = Buffer.from(text);
  if (!back.equals(buffer)) {
    const wrong = back.findIndex((byte, index) => byte !== buffer[index]);
    return { ok: false, problem: 'is not UTF-8; save it as UTF-8', line: lineAt(buffer, Math.max(wrong, 0)) };
  }
  return { ok: true, text: text.replace(/^\uFEFF/, '') };
}

function lineAt(bytes: Buffer, position: number): number {
  return bytes.subarray(0, position).toString('latin1').split('\n').length;
}

/** A value and the way to it, from the inside out: copied paths would cost the square of the depth. */
interface Position {
  readonly value: unknown;
  readonly name: string;
  readonly within: Position | null;
}

/** The first text of a JSON value, keys included, that has a problem; null when there is none. Does not recurse. */
export function findTextProblem(value: unknown): TextProblem | null {
  const open: Position[] = [{ value, name: '', within: null }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const { value: found } = place;
    if (typeof found === 'string') {
      const problem = textProblem(found);
      if (problem !== null) return { path: pathOf(place), problem };
    } else if (typeof found === 'object' && found !== null) {
      const entries = Object.entries(found);
      const key = entries.find(([name]) => textProblem(name) !== null)?.[0];
      if (key !== undefined) return { path: pathOf(place), problem: `has a field whose name ${textProblem(key)}` };
      // Last in, first out: reversed, so that the first problem of the document is named.
      for (const [name, inner] of entries.reverse()) open.push({ value: inner, name, within: place });
    }
  }
  return null;
}

function pathOf(place: Position): string[] {
  const path: string[] = [];
  for (let at = place; at.within !== null; at = at.within) path.push(at.name);
  return path.reverse();
}

/**
 * A JSON value of which every text can be stored: characters that cannot are shown as `\u{0}`, `\u{d800}`. For output of
 * untrusted programs in a message or a finding, which must never keep the message from being written.
 */
export function storable<T>(value: T): T {
  if (findTextProblem(value) === null) return value;
  // Strings stay strings, and everything else stays what it was.
  return storableJson(value) as T;
}

const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

function storableJson(value: unknown): unknown {
  if (typeof value === 'string') return storableText(value);
  if (Array.isArray(value)) return value.map(storableJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [storableText(key), storableJson(inner)]));
}

function storableText(text: string): string {
  return text.replace(UNSTORABLE, codeOf);
}
