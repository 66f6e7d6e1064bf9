import { parseResource, type ResourceName } from '@patchbay/domain/endpoints';

/**
 * The endpoint that a client names as its resource, or null for everything else. Schemes and hosts in any case are the same
 * resource; the path is compared as it was sent. Pure.
 *
 * @see RFC 8707 §2; 2026-07-28 basic/authorization, "Canonical Server URI"
 */
export function parseResourceIndicator(indicator: string, origin: string): ResourceName | null {
  if (!URL.canParse(indicator) || /[#?\\]/.test(indicator)) return null;
  const url = new URL(indicator);
  if (url.origin !== origin || url.username !== '' || url.password !== '') return null;
  // As it was sent: the parser would have resolved `..` and percent-encoded dots.
  return parseResource(indicator.slice(indicator.indexOf('/', indicator.indexOf('://') + 3)));
}
