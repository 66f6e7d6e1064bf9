import { hasDemands, unmetDemand } from '@patchbay/domain/connectors';
import type { Endpoint } from '@patchbay/domain/endpoints';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { type Principal, principalOf } from '../context/principal.ts';
import { refuseToken } from '../context/token-refusal.ts';
import type { TokenCaller, VerifiedCaller } from '../context/verified-caller.ts';

/** The URL a caller came to: a connector's own, that of a numbered version, or the one of its whole organization. */
export interface AskedUrl {
  readonly kind: 'connector' | 'preview' | 'organization';
  /** Every absolute URL by which an access token may name it: the canonical one, and an earlier one that was asked for. */
  readonly audiences: readonly string[];
  /** The time of the request. */
  readonly now: Date;
}

/** Roles that may see a version that is not live: those that could make it live. */
const PREVIEW_ROLES: ReadonlySet<Role> = new Set<Role>(['owner', 'admin', 'developer']);

/**
 * The endpoint's own rules for a caller whose credential is valid: asked at its URL, and again for each connector
 * behind the URL of an organization. Pure. Runs before any JSON-RPC, `initialize` included: an answer to a stranger's
 * `initialize` would make Claude take the connector for one without sign-in.
 *
 * A caller who may not preview gets 404 for a preview, as for a version that does not exist.
 *
 * @throws AppError mcp.token_missing, mcp.wrong_audience, mcp.key_required, mcp.connector_not_listed,
 * mcp.key_not_exempt, mcp.demand_unmet, mcp.endpoint_not_found
 */
export function admit(caller: VerifiedCaller, endpoint: Endpoint, asked: AskedUrl): Principal {
  switch (caller.kind) {
    case 'anonymous':
      if (endpoint.authMode !== 'none') throw new AppError('mcp.token_missing');
      break;
    case 'api_key': {
      const { organizationId, apiKey, roles } = caller.key;
      if (organizationId !== endpoint.organizationId) throw new AppError('mcp.wrong_audience');
      requireListed(apiKey.connectorIds.includes('*') || apiKey.connectorIds.includes(endpoint.connectorId));
      // No key proves a sign-in, whatever its person has proved elsewhere.
      if (hasDemands(endpoint.demands) && !endpoint.demands.exemptKeys.includes(apiKey.id)) {
        throw new AppError('mcp.key_not_exempt');
      }
      requirePreviewer(roles, asked);
      break;
    }
    case 'token':
      requireOwnToken(caller, endpoint, asked);
      if (endpoint.authMode === 'api_key') throw refuseToken('auth_mode');
      if (unmetDemand(endpoint.demands, caller.proof, asked.now) !== null) throw refuseToken('demand');
      requirePreviewer(caller.roles, asked);
      break;
  }
  return principalOf(caller, endpoint);
}

/**
 * A token is for exactly one of: connector, preview, organization; none replaces another. The URL and the ids must
 * both match: a URL can come to name another record, an id never does.
 */
function requireOwnToken(token: TokenCaller, endpoint: Endpoint, asked: AskedUrl): void {
  if (!asked.audiences.includes(token.audience)) throw refuseToken('audience');
  if (token.organizationId !== endpoint.organizationId) throw refuseToken('organization');
  const isOrganization = asked.kind === 'organization';
  if (token.connectorId !== (isOrganization ? null : endpoint.connectorId)) throw refuseToken('connector');
  if (token.versionId !== (asked.kind === 'preview' ? endpoint.versionId : null)) throw refuseToken('version');
  if (isOrganization) requireListed(token.connectorIds.includes(endpoint.connectorId));
}

function requireListed(isListed: boolean): void {
  if (!isListed) throw new AppError('mcp.connector_not_listed');
}

function requirePreviewer(roles: readonly Role[], { kind }: AskedUrl): void {
  if (kind !== 'preview' || roles.some((role) => PREVIEW_ROLES.has(role))) return;
  throw new AppError('mcp.endpoint_not_found', { internal: 'preview without owner, admin or developer' });
}
