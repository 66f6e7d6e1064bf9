const OWN_PAGES = /^\/-\/[^/]*/;

/**
 * The path as a log may contain it. The segments after `/-/setup/`, `/-/invitations/` and `/-/untrusted/` are secrets,
 * also where the rest of the address is mistyped, so only the first segment of addresses below `/-/` is logged.
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
