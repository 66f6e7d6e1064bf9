import { RESERVED_ORGANIZATION_SLUGS } from '@patchbay/domain/organizations';

/** What an organization could be called. Segments of any other form can never be taken for one. */
const SLUG_FORM = /^[a-z0-9-]+$/;

/**
 * Whether every first segment of ours is a name no organization can have. Checked at every start against the router
 * itself, so that a new route and somebody's organization can never meet at one address (security S11).
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
