import type { ApiKeyCache } from '@patchbay/domain/api-keys';
import { audienceOf, type Endpoint } from '@patchbay/domain/endpoints';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { type Principal, principalOf } from '../context/principal.ts';
import { type PresentedCredentials, type VerifiedCaller, verifyCaller } from './verified-caller.ts';

/** What a request to the URL of one connector shows. */
export interface Presented extends PresentedCredentials {
  /** Whether the URL names a numbered version. */
  readonly preview: boolean;
}

export interface AuthenticateDeps {
  readonly origin: string;
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
}

/** The URL a caller came to: a connector's own, or the one of its whole organization. */
export interface AskedUrl {
  /** Absolute, as access tokens name it. */
  readonly audience: string;
  /** Whether it names a numbered version. */
  readonly preview: boolean;
}

/** Who may see a version that is not live: those who could make it live. */
const PREVIEW_ROLES: ReadonlySet<Role> = new Set<Role>(['owner', 'admin', 'developer']);

/**
 * Who calls this endpoint. Runs before the body is read and before any JSON-RPC, `initialize` included: an answer to a
 * stranger's `initialize` would make Claude take the connector for one without sign-in.
 *
 * A preview URL tells a stranger nothing: without credentials it answers 401 whether or not the version exists, with
 * those of somebody who may not preview, 404.
 *
 * @param endpoint null when the path names none
 * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.connector_not_listed, mcp.wrong_audience, api-keys.*
 */
export async function authenticate(
  { origin, apiKeys }: AuthenticateDeps,
  endpoint: Endpoint | null,
  presented: Presented,
): Promise<{ readonly endpoint: Endpoint; readonly principal: Principal }> {
  if (presented.preview && presented.authorization === undefined) throw new AppError('mcp.token_missing');
  if (!endpoint) throw new AppError('mcp.endpoint_not_found');
  const caller = await verifyCaller(apiKeys, presented);
  const asked = { audience: audienceOf(origin, endpoint.resource), preview: presented.preview };
  return { endpoint, principal: admit(caller, endpoint, asked) };
}

/**
 * The endpoint's own rules for a caller whose credential is valid: asked at its URL, and again for each connector
 * behind the URL of an organization. Pure.
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
