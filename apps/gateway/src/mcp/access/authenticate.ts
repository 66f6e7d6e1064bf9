import type { Endpoint } from '@patchbay/domain/endpoints';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { type Principal, principalOf } from '../context/principal.ts';
import type { VerifiedCaller } from '../context/verified-caller.ts';

/** The URL a caller came to: a connector's own, or the one of its whole organization. */
export interface AskedUrl {
  /** Absolute, as access tokens name it. */
  readonly audience: string;
  /** Whether it names a numbered version. */
  readonly preview: boolean;
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
 * @throws AppError mcp.token_missing, mcp.wrong_audience, mcp.connector_not_listed, mcp.endpoint_not_found
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
      requirePreviewer(roles, asked);
      break;
    }
    case 'token':
      // The URL and the ids must both match: a URL can come to name another record, an id never does.
      if (caller.audience !== asked.audience) throw new AppError('mcp.wrong_audience');
      if (caller.organizationId !== endpoint.organizationId) throw new AppError('mcp.wrong_audience');
      requireListed(caller.connectorIds.includes(endpoint.connectorId));
      requirePreviewer(caller.roles, asked);
      break;
  }
  return principalOf(caller, endpoint);
}

function requireListed(isListed: boolean): void {
  if (!isListed) throw new AppError('mcp.connector_not_listed');
}

function requirePreviewer(roles: readonly Role[], { preview }: AskedUrl): void {
  if (!preview || roles.some((role) => PREVIEW_ROLES.has(role))) return;
  throw new AppError('mcp.endpoint_not_found', { internal: 'preview without owner, admin or developer' });
}
