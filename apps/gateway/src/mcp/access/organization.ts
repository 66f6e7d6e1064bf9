import { createHash } from 'node:crypto';
import { audienceOf, type EndpointDirectory, organizationResource, parseResource } from '@patchbay/domain/endpoints';
import type { OrganizationNames } from '@patchbay/domain/joined-names';
import { AppError, type Clock, type ErrorCode } from '@patchbay/foundation';
import { TOOL_SCOPES } from '@patchbay/mcp';
import type { PolicySet } from '@patchbay/policy';
import { LRUCache } from 'lru-cache';
import { type Access, revisionOfLists, type ServedConnector, scopeText } from '../context/access.ts';
import { challengeOf, withChallenge } from '../context/challenge.ts';
import { type Principal, principalOf } from '../context/principal.ts';
import { refuseToken } from '../context/token-refusal.ts';
import { type CallerVerification, type VerifiedCaller, verifyCaller } from '../context/verified-caller.ts';
import type { LiveManifests } from '../manifests/live-manifests.ts';
import type { Mount } from '../methods/mount.ts';
import {
  type OrganizationAccess,
  type OrganizationView,
  type VisibleConnector,
  viewOrganization,
} from '../organization/organization-view.ts';
import { admit } from './authenticate.ts';

export interface OrganizationMountDeps extends CallerVerification {
  readonly origin: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly endpoints: Pick<EndpointDirectory, 'resolve' | 'findLive'>;
  readonly manifests: Pick<LiveManifests, 'of'>;
  /** The organization's policies, from memory. */
  loadPolicies(organizationId: string): Promise<PolicySet>;
  /** The tools of a connector that no policy keeps from the caller. */
  visibleTools(connector: ServedConnector): Promise<VisibleConnector['tools']>;
}

/** The caller, and the connectors of the organization whose own rules admit them. */
interface AdmittedCaller {
  readonly principal: Principal;
  readonly organizationId: string;
  /** Revision of the organization's policies. */
  readonly policyRevision: number;
  readonly connectors: readonly ServedConnector[];
  /** The joined names of their tools and prompts at the organization's URL. */
  readonly names: OrganizationNames;
}

/** Cached views. A view is rebuilt when one of its connectors changed. */
const VIEWS_MAX = 500;

interface KnownView {
  readonly caller: AdmittedCaller;
  readonly view: OrganizationView;
  readonly revision: string;
}

/** `/{organization}/mcp`: every connector the caller may use, behind one URL. */
export function createOrganizationMount(deps: OrganizationMountDeps): Mount<OrganizationAccess> {
  const views = new LRUCache<string, KnownView>({ max: VIEWS_MAX });
  return {
    paths: ['/:organization/mcp', '/:organization/mcp/'],
    async authorize(head, pastExpiryMs) {
      const name = parseResource(head.path);
      // The same for every name: a stranger learns nothing of which organizations exist.
      const challenge = () => (name === null ? null : challengeOf(deps.origin, head.path, TOOL_SCOPES));
      try {
        // Asked first, for the same reason.
        if (head.authorization === undefined) throw new AppError('mcp.token_missing');
        if (name === null) throw new AppError('mcp.endpoint_not_found');
        const caller = await admitCaller(deps, name.organization, await verifyCaller(deps, head, pastExpiryMs));
        const key = viewKeyOf(name.organization, caller);
        const known = views.get(key);
        const current = known && isSame(known.caller, caller) ? known : await makeView(deps, name.organization, caller);
        views.set(key, current);
        head.steps.lap('auth');
        return organizationAccess(caller, current, challenge);
      } catch (error) {
        throw withChallenge(error, challenge());
      }
    },
    handlerOf: ({ organization }) => organization,
    targetOf: ({ organization }, { view }, request) => organization(view, request),
  };
}

/**
 * Views are the caller's own: under the credential that proves them and what it may do. Never under the OAuth client's
 * id, which all people who use the client share.
 */
function viewKeyOf(organization: string, { principal }: AdmittedCaller): string {
  return [organization, principal.credentialId, scopeText(principal), idsOf(principal.groups)].join(' ');
}

/** Refusals by one connector, which does not exist for the caller here then. Every other refusal is one by all. */
const OF_ONE_CONNECTOR: ReadonlySet<ErrorCode> = new Set([
  'mcp.connector_not_listed',
  'mcp.key_required',
  'mcp.key_not_exempt',
  'mcp.demand_unmet',
]);

/**
 * Loads the caller's access at the organization's URL. A caller must always authenticate; a connector that refuses them
 * at its own URL does not exist for them here.
 *
 * @throws AppError mcp.endpoint_not_found, mcp.wrong_audience, mcp.connector_not_listed, mcp.key_required
 */
async function admitCaller(
  { origin, clock, endpoints, manifests, loadPolicies }: OrganizationMountDeps,
  organization: string,
  caller: VerifiedCaller,
): Promise<AdmittedCaller> {
  const resource = organizationResource(organization);
  const audience = audienceOf(origin, resource);
  // Also where no connector is there to ask: a token of another URL is refused as such.
  if (caller.kind === 'token' && caller.audience !== audience) throw refuseToken('audience');
  const live = await endpoints.findLive(organization);
  const connectors: ServedConnector[] = [];
  let refusal: unknown = new AppError('mcp.endpoint_not_found');
  for (const slug of live?.slugs ?? []) {
    const endpoint = await endpoints.resolve(organization, slug);
    if (endpoint === null) continue;
    try {
      const principal = admit(caller, endpoint, { kind: 'organization', audiences: [audience], now: clock.now() });
      connectors.push({ endpoint, principal, manifest: await manifests.of(endpoint) });
    } catch (error) {
      if (!(error instanceof AppError && OF_ONE_CONNECTOR.has(error.code))) throw error;
      refusal = error;
    }
  }
  if (!live || connectors.length === 0) throw refusal;
  const { organizationId } = live;
  const principal = principalOf(caller, { organizationId, resource });
  const { revision: policyRevision } = await loadPolicies(organizationId);
  return { principal, organizationId, policyRevision, connectors, names: live };
}

async function makeView(
  { visibleTools }: OrganizationMountDeps,
  organization: string,
  caller: AdmittedCaller,
): Promise<KnownView> {
  const visible = await Promise.all(
    caller.connectors.map(async (connector) => ({ ...connector, tools: await visibleTools(connector) })),
  );
  return { caller, view: viewOrganization(organization, visible, caller.names), revision: revisionOf(caller) };
}

function organizationAccess(
  caller: AdmittedCaller,
  { view, revision }: KnownView,
  challenge: Access['challenge'],
): OrganizationAccess {
  return {
    principal: caller.principal,
    organizationId: caller.organizationId,
    connectors: caller.connectors,
    policyRevision: caller.policyRevision,
    connectorId: null,
    resource: caller.principal.resource,
    manifest: view.manifest,
    revision,
    view,
    ownerOf: (uri) => onlyOne(view.findOwners(uri)),
    challenge,
  };
}

/** Whether nothing changed: endpoints and what is known of a person are replaced as a whole when anything did. */
function isSame(a: AdmittedCaller, b: AdmittedCaller): boolean {
  return (
    a.names === b.names &&
    a.policyRevision === b.policyRevision &&
    a.principal.user === b.principal.user &&
    String(a.principal.roles) === String(b.principal.roles) &&
    a.connectors.length === b.connectors.length &&
    a.connectors.every(({ endpoint, manifest }, index) => {
      const other = b.connectors[index];
      return endpoint === other?.endpoint && manifest === other.manifest;
    })
  );
}

const idsOf = (groups: readonly { readonly id: string }[]) => groups.map(({ id }) => id).join();

function onlyOne<T>(found: readonly T[]): T | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function revisionOf({ connectors, policyRevision, principal }: AdmittedCaller): string {
  const made = connectors
    .map(({ endpoint, manifest }) => `${endpoint.connectorSlug} ${revisionOfLists(endpoint.versionId, manifest)}`)
    .join();
  return createHash('sha256')
    .update(`${policyRevision} ${scopeText(principal)} ${made}`)
    .digest('base64url')
    .slice(0, 16);
}
