import type { ApiKeyCache, VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { Endpoint } from '@patchbay/domain/endpoints';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { anonymousPrincipal, type Principal, principalOfApiKey } from './principal.ts';

/** What a request shows of its caller. */
export interface Presented {
  readonly authorization: string | undefined;
  readonly address: string;
  /** Whether the URL names a numbered version. */
  readonly preview: boolean;
}

/** Who may see a version that is not live: those who could make it live (security S4). */
const PREVIEW_ROLES: ReadonlySet<Role> = new Set<Role>(['owner', 'admin', 'developer']);

/**
 * Who calls this endpoint. Runs before the body is read and before any JSON-RPC, `initialize` included: an answer to a
 * stranger's `initialize` would make Claude take the connector for one without sign-in.
 *
 * A preview URL tells a stranger nothing: without a key it answers 401 whether or not the version exists, with the key
 * of somebody who may not preview, 404.
 *
 * @param endpoint null when the path names none
 * @throws AppError mcp.token_missing, mcp.endpoint_not_found, mcp.connector_not_listed, api-keys.*
 */
export async function authenticate(
  apiKeys: Pick<ApiKeyCache, 'verify'>,
  endpoint: Endpoint | null,
  presented: Presented,
): Promise<{ readonly endpoint: Endpoint; readonly principal: Principal }> {
  if (presented.preview && presented.authorization === undefined) throw new AppError('mcp.token_missing');
  if (!endpoint) throw new AppError('mcp.endpoint_not_found');
  if (presented.authorization === undefined) {
    if (endpoint.authMode !== 'none') throw new AppError('mcp.token_missing');
    return { endpoint, principal: anonymousPrincipal(endpoint, presented.address) };
  }
  const token = bearerOf(presented.authorization);
  // Keys of other kinds are turned away by their text alone, before any look-up (security S25).
  const key = await apiKeys.verify(token, ['mcp'], presented.address);
  return { endpoint, principal: admitKey(key, endpoint, presented.preview) };
}

/**
 * The endpoint's own rules for a key that is valid: asked at its URL, and again for each connector behind the URL of an
 * organization (security S12).
 *
 * @throws AppError mcp.wrong_audience, mcp.connector_not_listed, mcp.endpoint_not_found
 */
export function admitKey(key: VerifiedApiKey, endpoint: Endpoint, preview: boolean): Principal {
  if (key.organizationId !== endpoint.organizationId) throw new AppError('mcp.wrong_audience');
  const listed = key.apiKey.connectorIds;
  if (!listed.includes('*') && !listed.includes(endpoint.connectorId)) throw new AppError('mcp.connector_not_listed');
  if (preview && !key.roles.some((role) => PREVIEW_ROLES.has(role))) {
    throw new AppError('mcp.endpoint_not_found', { internal: 'preview without owner, admin or developer' });
  }
  return principalOfApiKey(key, endpoint);
}

/** @see RFC 6750 §2.1 @throws AppError mcp.token_invalid */
export function bearerOf(authorization: string): string {
  const match = /^bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization);
  if (!match?.[1]) throw new AppError('mcp.token_invalid');
  return match[1];
}
