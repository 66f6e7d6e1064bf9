import { createHash } from 'node:crypto';

/** A strong entity tag over the bytes of an answer. @see RFC 9110 §8.8.3 */
export function entityTag(payload: string): string {
  return `"${createHash('sha256').update(payload).digest('base64url').slice(0, 27)}"`;
}

/** Whether `If-None-Match` names the tag; the comparison is weak. @see RFC 9110 §13.1.2 */
export function matchesEntityTag(header: string | undefined, tag: string): boolean {
  if (!header) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === tag);
}
