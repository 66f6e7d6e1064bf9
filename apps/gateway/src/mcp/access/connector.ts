import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import type { EndpointDirectory } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import type { PolicySet } from '@patchbay/policy';
import { type ConnectorPermission, connectorPermission } from '../context/access.ts';
import type { LiveManifests } from '../manifests/live-manifests.ts';
import { authenticate } from './authenticate.ts';
import { parseEndpointPath, resolveEndpoint } from './endpoint.ts';
import type { Door } from './mount.ts';

export interface ConnectorDoorDeps {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly manifests: Pick<LiveManifests, 'of'>;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
}

/** `/{organization}/{connector}[@{number}]/mcp`: one connector, live or in preview. */
export function createConnectorDoor(deps: ConnectorDoorDeps): Door<ConnectorPermission> {
  const { endpoints, manifests } = deps;
  return {
    paths: ['/:organization/:connector/mcp', '/:organization/:connector/mcp/'],
    async permit({ params, steps, ...presented }) {
      const path = parseEndpointPath(params.organization ?? '', params.connector ?? '');
      if (!path) throw new AppError('mcp.endpoint_not_found');
      const found = await resolveEndpoint(endpoints, path);
      steps.lap('route');
      const { endpoint, principal } = await authenticate(deps, found, {
        ...presented,
        preview: path.version !== undefined,
      });
      steps.lap('auth');
      const { revision } = await deps.loadPolicies(endpoint.organizationId);
      return connectorPermission({ endpoint, principal, manifest: await manifests.of(endpoint) }, revision);
    },
    route: ({ connectors: [connector] }, message) => ({ connector, message }),
  };
}
