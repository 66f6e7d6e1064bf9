/**
 * Characters that act instead of showing: C0 and C1 controls, bidirectional controls, line and paragraph separators,
 * zero-width joiners at the edge of a trick, and lone surrogates. Tab and newline too: a record is one line.
 */
const ACTING =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udfff]/gu;

/** The text with every such character written as `\xNN` or `\uNNNN`; everything else as it was. */
export function escapeText(text: string): string {
  return text.replace(ACTING, (character) => {
    const code = character.charCodeAt(0);
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}
