/**
 * The paths of MCP endpoints and what follows from them. A resource is the canonical path alone, because the origin is
 * configuration; its audience is the absolute URL, which is what an access token names in `aud`.
 *
 * @see RFC 8707 §2, RFC 9068 §2.2
 */

/** `/acme/weather/mcp`, or with a number the preview of one version: `/acme/weather@3/mcp`. */
export function connectorResource(organizationSlug: string, connectorSlug: string, versionNumber?: number): string {
  const version = versionNumber === undefined ? '' : `@${versionNumber}`;
  return `/${organizationSlug}/${connectorSlug}${version}/mcp`;
}

/** `/acme/mcp`: all connectors of the organization behind one URL. */
export function organizationResource(organizationSlug: string): string {
  return `/${organizationSlug}/mcp`;
}

/** The absolute URL of a resource. `origin` has no trailing slash: `https://patchbay.example`. */
export function audienceOf(origin: string, resource: string): string {
  return `${origin}${resource}`;
}
