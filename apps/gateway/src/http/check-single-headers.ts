import { AppError } from '@patchbay/foundation';

/** Single-valued headers. Node keeps the first of two, and a proxy in front of us may have read the last. */
const SINGLE: ReadonlySet<string> = new Set(['host', 'authorization', 'content-type']);
const LENGTHS: ReadonlySet<number> = new Set(Array.from(SINGLE, (name) => name.length));

/**
 * Refuses requests that two readers would understand differently. Names and values alternate, as Node received them.
 *
 * @throws AppError edge.repeated_header
 * @see RFC 9112 §3.2, RFC 9110 §5.3
 */
export function checkSingleHeaders(rawHeaders: readonly string[]): void {
  const seen = new Set<string>();
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const written = rawHeaders[at] ?? '';
    if (!LENGTHS.has(written.length)) continue;
    const name = written.toLowerCase();
    if (!SINGLE.has(name)) continue;
    if (seen.has(name)) throw new AppError('edge.repeated_header', { data: { header: name } });
    seen.add(name);
  }
}
