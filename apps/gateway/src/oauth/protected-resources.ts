import { type Demands, NO_DEMANDS } from '@patchbay/domain/connectors';
import { audienceOf, type Endpoint, type EndpointDirectory, organizationResource } from '@patchbay/domain/endpoints';
import { scopesOf, viewManifest } from '@patchbay/mcp';
import { parseResourceIndicator } from './resource-indicator.ts';

/** A scope of a resource, with its connector's description. */
export interface ResourceScope {
  readonly name: string;
  /** Only of scopes that a connector declares: the author's words. */
  readonly description: string | null;
}

/** An MCP endpoint as the authorization server knows it. Tokens carry its ids beside its URL: an id never changes hands. */
export interface ProtectedResource {
  /** Absolute URL, exactly as `aud` has it. */
  readonly audience: string;
  readonly path: string;
  readonly organizationId: string;
  /** Null at the URL of the whole organization. */
  readonly connectorId: string | null;
  readonly connectorName: string | null;
  /** Only at the preview URL of a version. */
  readonly versionId: string | null;
  readonly versionNumber: number | null;
  /** At the URL of the whole organization: what it serves now. */
  readonly connectorIds: readonly string[];
  readonly scopes: readonly ResourceScope[];
  /** None at the URL of the whole organization: there a connector is left out whose demands the sign-in does not meet. */
  readonly demands: Demands;
}

export interface ProtectedResources {
  /**
   * The resource that an indicator names; null when it names none, or one that takes no access tokens.
   *
   * @throws AppError `data.stale`, `data.unavailable`
   */
  find(indicator: string): Promise<ProtectedResource | null>;
}

export function createProtectedResources(deps: {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve' | 'findLive'>;
}): ProtectedResources {
  const { origin, endpoints } = deps;
  return {
    async find(indicator) {
      const named = parseResourceIndicator(indicator, origin);
      if (named === null) return null;
      const { organization, connector, version } = named;
      if (connector !== undefined) {
        const endpoint = await endpoints.resolve(organization, connector, version);
        return endpoint === null || !takesTokens(endpoint) ? null : ofConnector(origin, endpoint);
      }
      const live = await endpoints.findLive(organization);
      if (live === null) return null;
      const resolved = await Promise.all(live.slugs.map((slug) => endpoints.resolve(organization, slug)));
      // Tokens open no connector that takes keys only.
      const found = resolved.filter((endpoint) => endpoint !== null).filter(({ authMode }) => authMode !== 'api_key');
      return found.length === 0 ? null : ofOrganization(origin, organization, found);
    },
  };
}

/** A public connector has nothing to grant, but for its previews. */
function takesTokens({ authMode, live }: Endpoint): boolean {
  return authMode === 'oauth' || (authMode === 'none' && !live);
}

function ofConnector(origin: string, endpoint: Endpoint): ProtectedResource {
  return {
    audience: audienceOf(origin, endpoint.resource),
    path: endpoint.resource,
    organizationId: endpoint.organizationId,
    connectorId: endpoint.connectorId,
    connectorName: endpoint.connectorName,
    versionId: endpoint.live ? null : endpoint.versionId,
    versionNumber: endpoint.live ? null : endpoint.versionNumber,
    connectorIds: [],
    scopes: scopesOfAll([endpoint]),
    demands: endpoint.demands,
  };
}

function ofOrganization(origin: string, slug: string, found: readonly Endpoint[]): ProtectedResource {
  const path = organizationResource(slug);
  return {
    audience: audienceOf(origin, path),
    path,
    organizationId: found[0]?.organizationId ?? '',
    connectorId: null,
    connectorName: null,
    versionId: null,
    versionNumber: null,
    connectorIds: found.map(({ connectorId }) => connectorId),
    scopes: scopesOfAll(found),
    demands: NO_DEMANDS,
  };
}

/** Every scope once, with the description of the first connector that declares it. */
function scopesOfAll(endpoints: readonly Endpoint[]): readonly ResourceScope[] {
  const scopes = new Map<string, ResourceScope>();
  for (const endpoint of endpoints) {
    const view = viewManifest(endpoint.manifest);
    for (const name of scopesOf(view)) {
      if (!scopes.has(name)) scopes.set(name, { name, description: view.scopes[name] ?? null });
    }
  }
  return [...scopes.values()];
}
