import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { audienceOf, type EndpointDirectory, organizationResource } from '@patchbay/domain/endpoints';
import type { OrganizationNames } from '@patchbay/domain/joined-names';
import { AppError } from '@patchbay/foundation';
import type { PolicySet } from '@patchbay/policy';
import type { ServedConnector } from '../context/access.ts';
import { type Principal, principalOf } from '../context/principal.ts';
import type { LiveManifests } from '../manifests/live-manifests.ts';
import { admit } from './authenticate.ts';
import { type PresentedCredentials, verifyCaller } from './verified-caller.ts';

export interface FindAccessDeps {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve' | 'findLive'>;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly manifests: Pick<LiveManifests, 'of'>;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
}

/** Who calls, and the connectors of the organization each of whose own rules let them in. */
export interface OrganizationAccess {
  readonly principal: Principal;
  readonly organizationId: string;
  /** Of the organization's policies. */
  readonly policyRevision: number;
  readonly connectors: readonly ServedConnector[];
  /** What the organization's URL calls what they serve. */
  readonly names: OrganizationNames;
}

/**
 * Finds out what the caller may use at the organization's URL. A caller must always say who they are; a connector that
 * refuses them at its own URL is not there for them here (security S12).
 *
 * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.wrong_audience, api-keys.*
 */
export async function findAccess(
  { origin, endpoints, apiKeys, manifests, loadPolicies }: FindAccessDeps,
  organization: string,
  presented: PresentedCredentials,
): Promise<OrganizationAccess> {
  // Asked first, so that a stranger learns nothing of who exists.
  if (presented.authorization === undefined) throw new AppError('mcp.token_missing');
  const caller = await verifyCaller(apiKeys, presented);
  const resource = organizationResource(organization);
  const asked = { audience: audienceOf(origin, resource), preview: false };
  const live = await endpoints.findLive(organization);
  const connectors: ServedConnector[] = [];
  let refusal: unknown = new AppError('mcp.endpoint_not_found');
  for (const slug of live?.slugs ?? []) {
    const endpoint = await endpoints.resolve(organization, slug);
    if (endpoint === null) continue;
    try {
      const principal = admit(caller, endpoint, asked);
      connectors.push({ endpoint, principal, manifest: await manifests.of(endpoint) });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      // What only this connector refuses leaves the others; a bad key is refused by all of them.
      if (error.code !== 'mcp.connector_not_listed') throw error;
      refusal = error;
    }
  }
  if (!live || connectors.length === 0) throw refusal;
  const { organizationId } = live;
  const principal = principalOf(caller, { organizationId, resource });
  const { revision: policyRevision } = await loadPolicies(organizationId);
  return { principal, organizationId, policyRevision, connectors, names: live };
}
