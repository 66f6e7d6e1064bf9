import {
  audienceOf,
  type Endpoint,
  type EndpointDirectory,
  parseResource,
  type ResourceName,
  resourceOf,
} from '@patchbay/domain/endpoints';
import { AppError, type Clock } from '@patchbay/foundation';
import { scopesOf, TOOL_SCOPES } from '@patchbay/mcp';
import type { PolicySet } from '@patchbay/policy';
import { type ConnectorAccess, connectorAccess } from '../context/access.ts';
import { type Challenge, challengeOf, withChallenge } from '../context/challenge.ts';
import type { RequestHead } from '../context/request-head.ts';
import { type CallerVerification, verifyCaller } from '../context/verified-caller.ts';
import { type LiveManifests, manifestOf } from '../manifests/live-manifests.ts';
import type { Mount } from '../methods/mount.ts';
import { admit } from './authenticate.ts';

export interface ConnectorMountDeps extends CallerVerification {
  readonly origin: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly endpoints: Pick<EndpointDirectory, 'resolve'>;
  readonly manifests: Pick<LiveManifests, 'of'>;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
}

/** `/{organization}/{connector}[@{number}]/mcp`: one connector, live or in preview. */
export function createConnectorMount(deps: ConnectorMountDeps): Mount<ConnectorAccess> {
  return {
    paths: ['/:organization/:connector/mcp', '/:organization/:connector/mcp/'],
    async authorize(head, pastExpiryMs) {
      const name = parseResource(head.path);
      if (name?.connector === undefined) throw new AppError('mcp.endpoint_not_found');
      const endpoint = await deps.endpoints.resolve(name.organization, name.connector, name.version);
      head.steps.lap('route');
      const challenge = () => challengeAt(deps.origin, head.path, name, endpoint);
      try {
        return await authorizeAt(deps, { head, pastExpiryMs }, { name, endpoint, challenge });
      } catch (error) {
        throw withChallenge(error, challenge());
      }
    },
    handlerOf: ({ connector }) => connector,
    targetOf: (_method, { connectors: [connector] }, request) => ({ connector, request }),
  };
}

interface Asked {
  readonly name: ResourceName;
  readonly endpoint: Endpoint | null;
  challenge(): Challenge | null;
}

async function authorizeAt(
  deps: ConnectorMountDeps,
  { head, pastExpiryMs }: { readonly head: RequestHead; readonly pastExpiryMs: number | undefined },
  { name, endpoint, challenge }: Asked,
): Promise<ConnectorAccess> {
  const preview = name.version !== undefined;
  // A preview URL reveals nothing: without credentials it answers 401 whether or not the version exists.
  if (preview && head.authorization === undefined) throw new AppError('mcp.token_missing');
  if (!endpoint) throw new AppError('mcp.endpoint_not_found');
  const caller = await verifyCaller(deps, head, pastExpiryMs);
  // An earlier name of the connector is never given to another one, so tokens that name it stay good there.
  const audiences = [endpoint.resource, resourceOf(name)].map((resource) => audienceOf(deps.origin, resource));
  const principal = admit(caller, endpoint, {
    kind: preview ? 'preview' : 'connector',
    audiences,
    now: deps.clock.now(),
  });
  head.steps.lap('auth');
  const { revision } = await deps.loadPolicies(endpoint.organizationId);
  const served = { endpoint, principal, manifest: await deps.manifests.of(endpoint) };
  return connectorAccess(served, { policyRevision: revision, challenge });
}

/**
 * How to sign in at the URL of a connector; null where there is no sign-in: without a connector, with public access, and
 * with API keys only. At a preview it is the same whether or not the version exists.
 *
 * @param path as the client wrote it
 */
export function challengeAt(
  origin: string,
  path: string,
  { version }: ResourceName,
  endpoint: Endpoint | null,
): Challenge | null {
  if (version !== undefined) return challengeOf(origin, path, TOOL_SCOPES);
  return endpoint?.authMode === 'oauth' ? challengeOf(origin, path, scopesOf(manifestOf(endpoint))) : null;
}
