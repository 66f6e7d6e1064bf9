/**
 * Every spelling of a path as one: decoded until nothing changes, lower case, single slashes, none at the end, without
 * parameters of segments. Null for a path that cannot be decoded.
 */
export function canonicalPath(pathname: string): string | null {
  let path = pathname;
  for (let round = 0; round < 4; round++) {
    let decoded: string;
    try {
      decoded = decodeURIComponent(path);
    } catch {
      return null;
    }
    if (decoded === path) break;
    path = decoded;
  }
  const segments: string[] = [];
  for (const segment of path.toLowerCase().replaceAll('\\', '/').split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment.split(';')[0] ?? '');
  }
  return `/${segments.join('/')}`;
}
