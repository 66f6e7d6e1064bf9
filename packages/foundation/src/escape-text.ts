/**
 * Characters that act instead of showing: C0 and C1 controls with DEL, direction marks and overrides, line and paragraph
 * separators, invisible operators and annotations, byte order marks, and half surrogate pairs. The two joiners (U+200C,
 * U+200D) are not among them: words of many scripts and most emoji are spelled with them.
 */
const ACTING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

/** Text shown on several lines keeps its line breaks and tabs. */
type EscapeMode = 'line' | 'lines';

/**
 * Text whose every acting character is a visible `\u{1b}`, so that no terminal, page or log that shows it is steered by
 * it, or lets it look like another line. Escaping escaped text changes nothing.
 */
export function escapeText(text: string, mode: EscapeMode = 'line'): string {
  return text.replace(ACTING, (unit) => (mode === 'lines' && (unit === '\n' || unit === '\t') ? unit : codeOf(unit)));
}

/** JSON text that reads back as the same value and in which no character acts. Its own line breaks stay. */
export function escapeJson(json: string): string {
  return json.replace(ACTING, (unit) => (unit === '\n' ? unit : `\\u${hexOf(unit).padStart(4, '0')}`));
}

/** `\u{1b}`, as a string literal of TypeScript would have it. */
export function codeOf(unit: string): string {
  return `\\u{${hexOf(unit)}}`;
}

function hexOf(unit: string): string {
  return unit.charCodeAt(0).toString(16);
}
