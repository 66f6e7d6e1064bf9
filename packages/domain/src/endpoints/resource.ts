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

/** The names in the path of an MCP endpoint. */
export interface ResourceName {
  readonly organization: string;
  /** Undefined at the URL of an organization. */
  readonly connector: string | undefined;
  /** Number of the version; undefined for what is live. */
  readonly version: number | undefined;
}

const RESOURCE = /^\/([^/]+)(?:\/([^/]+))?\/mcp\/?$/;
const SLUG = /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/;
/** Without `u`: only ASCII letters have another case here, so a path that passes is ASCII. */
const SLUG_IN_ANY_CASE = new RegExp(SLUG, 'i');
const NUMBERED = /^([^@]+)@([1-9][0-9]{0,8})$/;

/**
 * The names in a path, or null for anything that can name no endpoint. Organizations are matched whatever their case,
 * because some clients write them in capitals; connectors are not. A final slash means nothing.
 */
export function parseResource(path: string): ResourceName | null {
  const [, organization = '', second] = RESOURCE.exec(path) ?? [];
  const [, connector = second, number] = NUMBERED.exec(second ?? '') ?? [];
  if (!SLUG_IN_ANY_CASE.test(organization) || (connector !== undefined && !SLUG.test(connector))) return null;
  return {
    organization: organization.toLowerCase(),
    connector,
    version: number === undefined ? undefined : Number(number),
  };
}

/** The canonical path of the names. */
export function resourceOf({ organization, connector, version }: ResourceName): string {
  return connector === undefined
    ? organizationResource(organization)
    : connectorResource(organization, connector, version);
}

/** The absolute URL of a resource. `origin` has no trailing slash: `https://patchbay.example`. */
export function audienceOf(origin: string, resource: string): string {
  return `${origin}${resource}`;
}
