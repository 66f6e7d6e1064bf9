/** 1-based line of the first occurrence; 1 when there is none. */
export function lineOf(text: string, needle: string): number {
  const position = needle === '' ? -1 : text.indexOf(needle);
  return position === -1 ? 1 : text.slice(0, position).split('\n').length;
}
