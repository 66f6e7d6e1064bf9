import { RESERVED_ORGANIZATION_SLUGS } from '@patchbay/domain/organizations';

/** Possible names of an organization. Segments of any other form are never taken for one. */
const SLUG_FORM = /^[a-z0-9-]+$/;

/**
 * Checks that no first segment of a route can be the name of an organization. Runs at every start against the router
 * itself, so that a new route and an organization can never share a URL.
 *
 * @param urls patterns of the routes, `/api/v1/me`, `/:organization/:connector/mcp`
 * @throws Error naming the routes
 */
export function checkReservedSegments(urls: Iterable<string>): void {
  const reserved = new Set<string>(RESERVED_ORGANIZATION_SLUGS);
  const open = [...urls].filter((url) => {
    const segment = url.split('/')[1] ?? '';
    return SLUG_FORM.test(segment) && /[a-z0-9]/.test(segment) && !reserved.has(segment);
  });
  if (open.length > 0) {
    throw new Error(`routes below a name an organization could take: ${open.join(', ')}; reserve it in slugs.ts`);
  }
}
