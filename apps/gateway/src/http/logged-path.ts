const OWN_PAGES = /^\/-\/[^/]*/;

/**
 * The path as a log may hold it. What follows `/-/setup/`, `/-/invitations/` and `/-/untrusted/` opens something, also
 * where the rest of the address is mistyped, so of addresses below `/-/` only the first part is told.
 */
export function loggedPath(path: string): string {
  const [page] = OWN_PAGES.exec(decoded(path)) ?? [];
  if (page === undefined) return path;
  return page.length < path.length ? `${page}/…` : page;
}

/** As the router reads it: `/%2D/setup/…` is the same page. */
function decoded(path: string): string {
  try {
    return decodeURI(path).replaceAll(/%2d/gi, '-').replaceAll(/%2f/gi, '/');
  } catch {
    return path.replaceAll(/%2d/gi, '-').replaceAll(/%2f/gi, '/');
  }
}
