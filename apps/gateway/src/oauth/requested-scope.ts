/**
 * The scope of an authorization request: what of it the resource has. A request that names nothing the resource has is for
 * all of its scopes, since clients ask for `openid`, `offline_access` or nothing when they know no better, and the person
 * decides on the consent page. Pure.
 *
 * @see RFC 6749 §3.3: a server may default or narrow the scope, and its answer names the granted one
 */
export function requestedScope(asked: string | null, known: readonly string[]): string {
  const wanted = new Set((asked ?? '').split(' '));
  const kept = known.filter((scope) => wanted.has(scope));
  return (kept.length === 0 ? known : kept).join(' ');
}
