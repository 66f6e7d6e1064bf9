import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { audienceOf, type EndpointDirectory } from '@patchbay/domain/endpoints';
import { AppError } from '@patchbay/foundation';
import type { PolicySet } from '@patchbay/policy';
import { type ConnectorAccess, connectorAccess } from '../context/access.ts';
import { verifyCaller } from '../context/verified-caller.ts';
import type { LiveManifests } from '../manifests/live-manifests.ts';
import type { Mount } from '../methods/mount.ts';
import { admit } from './authenticate.ts';

export interface ConnectorMountDeps {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly manifests: Pick<LiveManifests, 'of'>;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
}

/** `/{organization}/{connector}[@{number}]/mcp`: one connector, live or in preview. */
export function createConnectorMount(deps: ConnectorMountDeps): Mount<ConnectorAccess> {
  return {
    paths: ['/:organization/:connector/mcp', '/:organization/:connector/mcp/'],
    async authorize(head) {
      const path = parseEndpointPath(head.params.organization ?? '', head.params.connector ?? '');
      if (!path) throw new AppError('mcp.endpoint_not_found');
      const preview = path.version !== undefined;
      const endpoint = await deps.endpoints.resolve(path.organization, path.connector, path.version);
      head.steps.lap('route');
      // A preview URL reveals nothing: without credentials it answers 401 whether or not the version exists.
      if (preview && head.authorization === undefined) throw new AppError('mcp.token_missing');
      if (!endpoint) throw new AppError('mcp.endpoint_not_found');
      const caller = await verifyCaller(deps.apiKeys, head);
      const principal = admit(caller, endpoint, { audience: audienceOf(deps.origin, endpoint.resource), preview });
      head.steps.lap('auth');
      const { revision } = await deps.loadPolicies(endpoint.organizationId);
      return connectorAccess({ endpoint, principal, manifest: await deps.manifests.of(endpoint) }, revision);
    },
    handlerOf: ({ connector }) => connector,
    targetOf: (_method, { connectors: [connector] }, request) => ({ connector, request }),
  };
}

/** The names in the path of a request. `version` is set on preview URLs. */
interface EndpointPath {
  readonly organization: string;
  readonly connector: string;
  readonly version: number | undefined;
}

const SEGMENT = /^([a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?)(?:@([1-9][0-9]{0,8}))?$/;

/**
 * The names in `/{organization}/{connector}[@{number}]/mcp`, or null for anything that can name no endpoint.
 * Organizations are matched whatever their case, because some clients write them in capitals; connectors are not.
 */
function parseEndpointPath(organization: string, connector: string): EndpointPath | null {
  const slug = SEGMENT.exec(organization.toLowerCase());
  const named = SEGMENT.exec(connector);
  if (!slug?.[1] || slug[2] !== undefined || !named?.[1]) return null;
  return {
    organization: slug[1],
    connector: named[1],
    version: named[2] === undefined ? undefined : Number(named[2]),
  };
}
