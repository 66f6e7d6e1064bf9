import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import type { Endpoint, EndpointDirectory } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import { type ManifestView, viewManifest } from '@patchbay/mcp';
import { authenticate, bearerOf, type Presented } from '../authenticate.ts';
import type { Exchange } from '../call.ts';
import { type Member, type OrganizationView, viewOrganization } from './organization-view.ts';

export interface LoadViewDeps {
  readonly endpoints: Pick<EndpointDirectory, 'resolve' | 'listLive'>;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  visibleTools(exchange: Pick<Exchange, 'endpoint' | 'manifest' | 'principal'>): Promise<Member['tools']>;
}

/** Who calls, and the connectors of the organization each of whose own rules let them in. */
export interface OrganizationAccess {
  readonly organizationId: string;
  readonly limitKey: string;
  readonly members: readonly Omit<Member, 'tools'>[];
}

/**
 * Finds out what the caller may use at the organization's URL. A caller must always say who they are; a connector that
 * refuses them at its own URL is not there for them here (security S12).
 *
 * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.wrong_audience, api-keys.*
 */
export async function findAccess(
  deps: Pick<LoadViewDeps, 'endpoints' | 'apiKeys'>,
  organization: string,
  presented: Presented,
): Promise<OrganizationAccess> {
  // Asked first, so that a stranger learns nothing of who exists.
  if (presented.authorization === undefined) throw new AppError('mcp.token_missing');
  await deps.apiKeys.verify(bearerOf(presented.authorization), ['mcp'], presented.address);
  const slugs = (await deps.endpoints.listLive(organization)) ?? [];
  const members: Omit<Member, 'tools'>[] = [];
  let refusal: unknown = new AppError('mcp.endpoint_not_found');
  for (const slug of slugs) {
    const endpoint = await deps.endpoints.resolve(organization, slug);
    if (endpoint === null) continue;
    try {
      const { principal } = await authenticate(deps.apiKeys, endpoint, presented);
      members.push({ slug, endpoint, principal, manifest: manifestOf(endpoint) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // What only this connector refuses leaves the others; a bad key is refused by all of them.
      if (error.code !== 'mcp.connector_not_listed') throw error;
      refusal = error;
    }
  }
  const [first] = members;
  if (!first) throw refusal;
  const { organizationId, limitKey } = { ...first.principal, organizationId: first.endpoint.organizationId };
  return { organizationId, limitKey, members };
}

const manifests = new WeakMap<Endpoint, ManifestView>();

function manifestOf(endpoint: Endpoint): ManifestView {
  const known = manifests.get(endpoint) ?? viewManifest(endpoint.manifest);
  manifests.set(endpoint, known);
  return known;
}

/** The same with the tools each caller may see. */
export async function loadView(
  deps: Pick<LoadViewDeps, 'visibleTools'>,
  organization: string,
  access: OrganizationAccess,
): Promise<OrganizationView> {
  const members = await Promise.all(
    access.members.map(async (member) => ({ ...member, tools: await deps.visibleTools(member) })),
  );
  return viewOrganization(organization, members);
}
