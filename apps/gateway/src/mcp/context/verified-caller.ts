import type { ApiKeyCache, VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { GroupReference } from '@patchbay/domain/groups';
import type { Role } from '@patchbay/domain/organizations';
import { AppError } from '@patchbay/foundation';
import { parseBearer } from '../../http/bearer.ts';
import type { RequestHead } from './request-head.ts';

/** An API key of kind mcp. `credentialId` is the key's id. */
export interface ApiKeyCaller {
  readonly kind: 'api_key';
  readonly credentialId: string;
  readonly key: VerifiedApiKey;
}

/** An access token of a grant that a person gave to an OAuth client. */
export interface TokenCaller {
  readonly kind: 'token';
  /** The grant's id: every token of one grant ends with it. */
  readonly credentialId: string;
  readonly clientId: string;
  /** `aud`: the absolute URL of the one resource the token is for. */
  readonly audience: string;
  readonly organizationId: string;
  /** The connectors the grant names. One that is enabled later is not among them. */
  readonly connectorIds: readonly string[];
  readonly person: { readonly id: string; readonly email: string; readonly name: string };
  readonly roles: readonly Role[];
  readonly groups: readonly GroupReference[];
  readonly scopes: readonly string[];
}

/** An anonymous caller. The address serves only for limits. */
export interface AnonymousCaller {
  readonly kind: 'anonymous';
  readonly credentialId: null;
  readonly address: string;
}

/**
 * The caller, as far as the credential alone proves it: before any endpoint decided about access. One endpoint's rules
 * turn it into a `Principal`.
 */
export type VerifiedCaller = ApiKeyCaller | TokenCaller | AnonymousCaller;

/**
 * The caller behind the credentials of a request; without any, an anonymous one. Access tokens are not issued yet, so
 * every bearer is read as an API key.
 *
 * @throws AppError mcp.token_invalid, api-keys.*, data.stale
 */
export async function verifyCaller(
  apiKeys: Pick<ApiKeyCache, 'verify'>,
  { authorization, address }: Pick<RequestHead, 'authorization' | 'address'>,
): Promise<VerifiedCaller> {
  if (authorization === undefined) return { kind: 'anonymous', credentialId: null, address };
  // Keys of other kinds are refused by their text alone, before any look-up.
  const key = await apiKeys.verify(bearerOf(authorization), ['mcp'], address);
  return { kind: 'api_key', credentialId: key.apiKey.id, key };
}

/** @throws AppError mcp.token_invalid */
function bearerOf(authorization: string): string {
  const token = parseBearer(authorization);
  if (token === null) throw new AppError('mcp.token_invalid');
  return token;
}
