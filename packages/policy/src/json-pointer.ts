/** The names that a JSON Pointer consists of. @see RFC 6901 §3 */
export function pointerTokens(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The value behind a JSON Pointer; undefined when there is none. Looks at own properties only. @see RFC 6901 §4 */
export function valueAt(values: unknown, pointer: string): unknown {
  let value = values;
  for (const token of pointerTokens(pointer)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, token)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[token]; // it is an object with that property
  }
  return value;
}
