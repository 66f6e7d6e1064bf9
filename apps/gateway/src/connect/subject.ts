import type { AuthMode } from '@patchbay/domain/connectors';
import type { Endpoint, ResourceName } from '@patchbay/domain/endpoints';
import { audienceOf, resourceOf } from '@patchbay/domain/endpoints';
import { viewManifest } from '@patchbay/mcp';

/** The MCP endpoint that a connect page is about, as far as the page may show it to anyone. */
export interface ConnectSubject {
  /** Absolute URL of the installation. */
  readonly origin: string;
  /** Absolute MCP URL: what is pasted. */
  readonly url: string;
  /** Words for the endpoint: `Weather`, `weather, version 3`, `all connectors of acme`. */
  readonly title: string;
  /** Slug of the organization. */
  readonly organization: string;
  /** The name that the steps give the server in a client: lower-case letters, digits and hyphens. */
  readonly serverName: string;
  readonly authMode: AuthMode;
  /** Path of the MCP bundle; null where none is served. */
  readonly bundlePath: string | null;
  /** Titles of tools, only of a connector that anyone may use. */
  readonly tools: readonly string[];
}

/** Tools of a public connector that are named at most. */
const TOOLS_MAX = 8;

/** A live connector. One that asks for a credential shows its name and how callers authenticate, and no more. */
export function subjectOfEndpoint(origin: string, endpoint: Endpoint, hasBundle: boolean): ConnectSubject {
  const { organizationSlug: organization, connectorSlug: slug, connectorName, authMode } = endpoint;
  return {
    origin,
    url: audienceOf(origin, endpoint.resource),
    title: connectorName,
    organization,
    serverName: slug,
    authMode,
    bundlePath: hasBundle ? `/-/connect/${organization}/${slug}.mcpb` : null,
    tools: authMode === 'none' ? toolTitles(endpoint.manifest) : [],
  };
}

/** Any MCP URL that was opened in a browser, from the names in it alone, so that the page never shows what exists. */
export function subjectOfUrl(origin: string, name: ResourceName, authMode: AuthMode): ConnectSubject {
  const { organization, connector, version } = name;
  const numbered = version === undefined ? connector : `${connector}, version ${version}`;
  const suffix = version === undefined ? '' : `-v${version}`;
  return {
    origin,
    url: audienceOf(origin, resourceOf(name)),
    title: connector === undefined ? `all connectors of ${organization}` : (numbered ?? connector),
    organization,
    serverName: connector === undefined ? organization : `${connector}${suffix}`,
    authMode,
    bundlePath: null,
    tools: [],
  };
}

function toolTitles(manifest: Readonly<Record<string, unknown>>): string[] {
  return viewManifest(manifest)
    .tools.slice(0, TOOLS_MAX)
    .map(({ name, title }) => (typeof title === 'string' && title !== '' ? title : String(name)));
}
