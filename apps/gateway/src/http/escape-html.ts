/** Text as HTML shows it, in an element or in a quoted attribute. @see https://html.spec.whatwg.org/#escapingString */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
