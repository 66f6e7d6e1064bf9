import type { ApiKeyCache, VerifiedApiKey } from '@patchbay/domain/api-keys';
import type { SignInProof } from '@patchbay/domain/connectors';
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
  /** The connector the token is for; null for the URL of a whole organization. */
  readonly connectorId: string | null;
  /** The version the token is for; null for everything but a preview. */
  readonly versionId: string | null;
  /** The connectors the grant names. One that is enabled later is not among them. */
  readonly connectorIds: readonly string[];
  readonly person: { readonly id: string; readonly email: string; readonly name: string };
  readonly roles: readonly Role[];
  readonly groups: readonly GroupReference[];
  /** How the person had signed in when they gave the grant. */
  readonly proof: SignInProof;
  /** The token's, as far as the grant still has them. */
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

/** The credentials that prove the callers of this gateway. */
export interface CallerVerification {
  readonly apiKeys: Pick<ApiKeyCache, 'verify'>;
  readonly accessTokens: {
    /** @throws AppError mcp.access_token_invalid, mcp.access_token_expired, mcp.grant_ended, data.stale */
    verify(token: string, pastExpiryMs: number): Promise<TokenCaller>;
  };
}

const API_KEY = /^pbk_/;
/** A signed JWT in its compact form, whatever its content. @see RFC 7515 §7.1 */
const COMPACT_JWT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;

/**
 * The caller behind the credentials of a request; without any, an anonymous one. The form of the text decides what it is
 * read as, and it is read as one thing only.
 *
 * @param pastExpiryMs how long ago an access token may have expired: not 0 only for an answer that it opened before
 * @throws AppError mcp.token_invalid, mcp.access_token_invalid, mcp.access_token_expired, mcp.grant_ended, api-keys.*,
 * data.stale
 */
export async function verifyCaller(
  { apiKeys, accessTokens }: CallerVerification,
  { authorization, address }: Pick<RequestHead, 'authorization' | 'address'>,
  pastExpiryMs = 0,
): Promise<VerifiedCaller> {
  if (authorization === undefined) return { kind: 'anonymous', credentialId: null, address };
  const text = parseBearer(authorization);
  if (text !== null && COMPACT_JWT.test(text)) return accessTokens.verify(text, pastExpiryMs);
  if (text === null || !API_KEY.test(text)) throw new AppError('mcp.token_invalid');
  // Keys of other kinds are refused by their text alone, before any look-up.
  const key = await apiKeys.verify(text, ['mcp'], address);
  return { kind: 'api_key', credentialId: key.apiKey.id, key };
}
