import { createHash } from 'node:crypto';
import { CHANGE_RULES, type Change } from '@patchbay/domain/changes';
import type { Endpoint } from '@patchbay/domain/endpoints';
import { changedLists, type ListChangedMethod, type ManifestView, withinScopes } from '@patchbay/mcp';
import type { Challenge } from './challenge.ts';
import type { Principal } from './principal.ts';

/** One connector that lets the caller in, under its own rules. */
export interface ServedConnector {
  readonly endpoint: Endpoint;
  readonly principal: Principal;
  readonly manifest: ManifestView;
}

/** The access of one caller behind one URL, as it was last looked up. */
export interface Access {
  readonly principal: Principal;
  readonly organizationId: string;
  /** Null at the URL of a whole organization. */
  readonly connectorId: string | null;
  /** Canonical path of the URL. */
  readonly resource: string;
  /** The capabilities of the URL as a whole for its caller. */
  readonly manifest: ManifestView;
  /** Revision of the organization's policies. */
  readonly policyRevision: number;
  /** Equal as long as the lists that the caller is shown are. */
  readonly revision: string;
  /** The connectors behind it. */
  readonly connectors: readonly ServedConnector[];
  /** The connector this resource is read from here. */
  ownerOf(uri: string): ServedConnector | undefined;
  /** How the caller's client gets further scopes; null where there is no sign-in. */
  challenge(): Challenge | null;
}

export interface ConnectorAccess extends Access {
  readonly connectors: readonly [ServedConnector];
}

/** The access at the URL of one connector. */
export function connectorAccess(
  served: ServedConnector,
  { policyRevision, challenge }: Pick<Access, 'policyRevision' | 'challenge'>,
): ConnectorAccess {
  const { endpoint, principal, manifest } = served;
  return {
    principal,
    manifest,
    connectors: [served],
    organizationId: endpoint.organizationId,
    connectorId: endpoint.connectorId,
    resource: endpoint.resource,
    policyRevision,
    revision: `${revisionOfLists(endpoint.versionId, manifest)} ${policyRevision} ${scopeText(principal)}`,
    ownerOf: () => served,
    challenge,
  };
}

/** The scopes as one text; equal for equal ones, in whatever order they were granted. */
export function scopeText({ scopes }: Pick<Principal, 'scopes'>): string {
  return scopes === 'all' ? scopes : [...new Set(scopes)].sort().join(' ');
}

/** Static connectors: the version id. Dynamic ones: a hash of the current lists. */
export function revisionOfLists(versionId: string, { dynamic, ...lists }: ManifestView): string {
  if (!dynamic) return versionId;
  const digest = createHash('sha256').update(JSON.stringify(lists)).digest('base64url').slice(0, 12);
  return `${versionId} ${digest}`;
}

/**
 * Which lists a client has to read again. Policies and scopes decide which tools of a manifest are listed, and the
 * manifest of a connector does not show it.
 */
export function listsChangedBetween(before: Access, now: Access): ListChangedMethod[] {
  const changed = changedLists(
    withinScopes(before.manifest, before.principal.scopes),
    withinScopes(now.manifest, now.principal.scopes),
  );
  const toolsChanged = 'notifications/tools/list_changed';
  if (now.policyRevision === before.policyRevision || changed.includes(toolsChanged)) return changed;
  return [toolsChanged, ...changed];
}

/** Whether the change can end the access or change what it is for. */
export function concernsAccess({ kind, id }: Change, access: Access): boolean {
  const { principal, connectors, organizationId, connectorId } = access;
  switch (CHANGE_RULES[kind].mcp) {
    case 'connector':
      return connectors.some(({ endpoint }) => endpoint.connectorId === id);
    case 'organization_url':
      // Which connectors there are is part of what the organization's own URL serves.
      return connectorId === null && id === organizationId;
    case 'organization':
      return id === organizationId;
    case 'credential':
      return id === principal.credentialId;
    case 'person':
      return id === principal.userId;
    case null:
      return false;
  }
}
