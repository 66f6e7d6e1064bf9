import { createHash } from 'node:crypto';

/** Scripts without `src`, whose text the browser hashes as it is. */
const INLINE_SCRIPT = /<script(?![^>]*\ssrc=)[^>]*>([\s\S]*?)<\/script>/g;
const STYLE_ATTRIBUTE = /<[a-z][^>]*\sstyle=/i;

/**
 * The content security policy of the site: everything comes from its own origin, and the generator's inline scripts are
 * named by their hashes.
 *
 * @param pages the HTML of all pages
 * @see CSP Level 3 §6.7.2.1
 */
export function contentPolicy(pages: Iterable<string>): string {
  const hashes = new Set<string>();
  for (const page of pages) for (const hash of inlineScriptHashes(page)) hashes.add(`'${hash}'`);
  return [
    "default-src 'none'",
    ["script-src 'self'", ...[...hashes].sort()].join(' '),
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
}

/** @returns CSP sources without their quotes, `sha256-…` */
export function inlineScriptHashes(html: string): string[] {
  return [...html.matchAll(INLINE_SCRIPT)]
    .filter(([, text = '']) => text !== '')
    .map(([, text = '']) => `sha256-${createHash('sha256').update(text).digest('base64')}`);
}

/** Whether the policy would take part of the page's looks away. */
export function hasStyleAttribute(html: string): boolean {
  return STYLE_ATTRIBUTE.test(html);
}
