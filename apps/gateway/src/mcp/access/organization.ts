import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { type Permission, revisionOfLists } from '../context/access.ts';
import type { Exchange } from '../context/call.ts';
import { type OrganizationView, type VisibleConnector, viewOrganization } from '../organization/organization-view.ts';
import { routeOrganization } from '../organization/route-organization.ts';
import { type FindAccessDeps, findAccess, type OrganizationAccess } from './find-access.ts';
import type { Door } from './mount.ts';

export interface OrganizationDoorDeps extends FindAccessDeps {
  visibleTools(exchange: Pick<Exchange, 'endpoint' | 'manifest' | 'principal'>): Promise<VisibleConnector['tools']>;
}

export interface OrganizationPermission extends Permission {
  readonly view: OrganizationView;
}

/** Views in memory. One is made anew when anything about one of its connectors changed. */
const VIEWS_MAX = 500;

interface KnownView {
  readonly access: OrganizationAccess;
  readonly view: OrganizationView;
  readonly revision: string;
}

/** `/{organization}/mcp`: every connector the caller may use, behind one URL (security S12). */
export function createOrganizationDoor(deps: OrganizationDoorDeps): Door<OrganizationPermission> {
  const views = new LRUCache<string, KnownView>({ max: VIEWS_MAX });

  const viewOf = async (organization: string, access: OrganizationAccess): Promise<KnownView> => {
    const key = `${organization} ${access.principal.credentialId}`;
    const known = views.get(key);
    if (known && isSame(known.access, access)) return known;
    const visible = await Promise.all(
      access.connectors.map(async (connector) => ({ ...connector, tools: await deps.visibleTools(connector) })),
    );
    const made = { access, view: viewOrganization(organization, visible, access.names), revision: revisionOf(access) };
    views.set(key, made);
    return made;
  };

  return {
    paths: ['/:organization/mcp', '/:organization/mcp/'],
    async permit({ params, authorization, address, steps }) {
      const organization = (params.organization ?? '').toLowerCase();
      const access = await findAccess(deps, organization, { authorization, address });
      const { view, revision } = await viewOf(organization, access);
      steps.lap('auth');
      return {
        principal: access.principal,
        organizationId: access.organizationId,
        connectors: access.connectors,
        policyRevision: access.policyRevision,
        connectorId: null,
        resource: access.principal.resource,
        ...{ manifest: view.manifest, revision, view },
        ownerOf: (uri) => onlyOne(view.findOwners(uri)),
      };
    },
    route: ({ view }, message) => routeOrganization(view, message),
  };
}

/** Whether nothing changed: endpoints and what is known of a key's person are replaced as a whole when anything did. */
function isSame(a: OrganizationAccess, b: OrganizationAccess): boolean {
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

function revisionOf({ connectors, policyRevision }: OrganizationAccess): string {
  const made = connectors
    .map(({ endpoint, manifest }) => `${endpoint.connectorSlug} ${revisionOfLists(endpoint.versionId, manifest)}`)
    .join();
  return createHash('sha256').update(`${policyRevision} ${made}`).digest('base64url').slice(0, 16);
}
