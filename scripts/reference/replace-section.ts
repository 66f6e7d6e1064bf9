/**
 * The text with another content between `<!-- begin NAME … -->` and `<!-- end NAME -->`; the markers stay.
 *
 * @throws Error when the markers are missing
 */
export function replaceSection(text: string, name: string, content: string): string {
  const section = new RegExp(`(<!-- begin ${name}\\b[^>]*-->\\n)[^]*?(<!-- end ${name} -->)`);
  if (!section.test(text)) throw new Error(`There is no section "${name}" between its markers.`);
  return text.replace(section, (_all, begin: string, end: string) => `${begin}\n${content}\n\n${end}`);
}
