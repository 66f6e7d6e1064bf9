import { createHash } from 'node:crypto';
import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { audienceOf, type EndpointDirectory, organizationResource } from '@patchbay/domain/endpoints';
import type { OrganizationNames } from '@patchbay/domain/joined-names';
import { AppError } from '@patchbay/foundation';
import type { PolicySet } from '@patchbay/policy';
import { LRUCache } from 'lru-cache';
import { revisionOfLists, type ServedConnector } from '../context/access.ts';
import { type Principal, principalOf } from '../context/principal.ts';
import type { RequestHead } from '../context/request-head.ts';
import { verifyCaller } from '../context/verified-caller.ts';
import type { LiveManifests } from '../manifests/live-manifests.ts';
import type { Mount } from '../methods/mount.ts';
import {
  type OrganizationAccess,
  type OrganizationView,
  type VisibleConnector,
  viewOrganization,
} from '../organization/organization-view.ts';
import { admit } from './authenticate.ts';

export interface OrganizationMountDeps {
  readonly origin: string;
  readonly endpoints: Pick<EndpointDirectory, 'resolve' | 'findLive'>;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
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
    async authorize(head) {
      const organization = (head.params.organization ?? '').toLowerCase();
      const caller = await admitCaller(deps, organization, head);
      const key = `${organization} ${caller.principal.credentialId}`;
      const known = views.get(key);
      const current = known && isSame(known.caller, caller) ? known : await makeView(deps, organization, caller);
      views.set(key, current);
      head.steps.lap('auth');
      return organizationAccess(caller, current);
    },
    handlerOf: ({ organization }) => organization,
    targetOf: ({ organization }, { view }, request) => organization(view, request),
  };
}

/**
 * Loads the caller's access at the organization's URL. A caller must always authenticate; a connector that refuses them
 * at its own URL does not exist for them here.
 *
 * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.wrong_audience, api-keys.*
 */
async function admitCaller(
  { origin, endpoints, apiKeys, manifests, loadPolicies }: OrganizationMountDeps,
  organization: string,
  head: RequestHead,
): Promise<AdmittedCaller> {
  // Asked first, so that a stranger learns nothing of who exists.
  if (head.authorization === undefined) throw new AppError('mcp.token_missing');
  const caller = await verifyCaller(apiKeys, head);
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
      // An error of one connector leaves the others; a bad key is refused by all of them.
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

function organizationAccess(caller: AdmittedCaller, { view, revision }: KnownView): OrganizationAccess {
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
  };
}

/** Whether nothing changed: endpoints and what is known of a key's person are replaced as a whole when anything did. */
function isSame(a: AdmittedCaller, b: AdmittedCaller): boolean {
  return (
    a.names === b.names &&
    a.policyRevision === b.policyRevision &&
    a.principal.user === b.principal.user &&
    String(a.principal.roles) === String(b.principal.roles) &&
    idsOf(a.principal.groups) === idsOf(b.principal.groups) &&
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

function revisionOf({ connectors, policyRevision }: AdmittedCaller): string {
  const made = connectors
    .map(({ endpoint, manifest }) => `${endpoint.connectorSlug} ${revisionOfLists(endpoint.versionId, manifest)}`)
    .join();
  return createHash('sha256').update(`${policyRevision} ${made}`).digest('base64url').slice(0, 16);
}
