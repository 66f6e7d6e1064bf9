import { AppError, type ErrorCode } from '@patchbay/foundation';

/** Why an access token was refused: the code of the error, and this occurrence in words. */
const REFUSALS = {
  malformed: ['mcp.access_token_invalid', 'The token is not a signed JWT with the claims of an access token.'],
  algorithm: ['mcp.access_token_invalid', 'The token is not signed with ES256.'],
  type: ['mcp.access_token_invalid', 'The token is of another type than at+jwt, so it is no access token.'],
  key: ['mcp.access_token_invalid', 'The token is signed with a key that this installation does not use.'],
  signature: ['mcp.access_token_invalid', 'The signature of the token is wrong.'],
  issuer: ['mcp.access_token_invalid', 'The token is from another issuer than this installation.'],
  not_yet_valid: ['mcp.access_token_invalid', 'The token is not valid yet.'],
  expired: ['mcp.access_token_expired', 'The access token has expired.'],
  grant: ['mcp.grant_ended', 'The grant of this token does not exist any more.'],
  grant_ended: ['mcp.grant_ended', 'The access that was granted to this client has ended.'],
  grant_mismatch: ['mcp.access_token_invalid', 'The token does not agree with its grant.'],
  audience: ['mcp.wrong_audience', 'The access token is for another URL.'],
  organization: ['mcp.wrong_audience', 'The access token is for an organization that had this URL before.'],
  connector: ['mcp.wrong_audience', 'The access token is for another connector, or for a whole organization.'],
  version: ['mcp.wrong_audience', 'The access token is for another version of the connector.'],
  auth_mode: ['mcp.key_required', 'This connector accepts API keys only.'],
  demand: ['mcp.demand_unmet', 'The sign-in behind this token is older, or proved less, than the connector demands.'],
  scope: ['mcp.insufficient_scope', 'The access token lacks a scope that this request needs.'],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

export type TokenRefusal = keyof typeof REFUSALS;

/** Every reason, for the metric that counts them. */
export const TOKEN_REFUSALS = Object.keys(REFUSALS) as readonly TokenRefusal[]; // the keys of a literal are its type's

/** The error for a token; the reason is among its data, for the client's log. */
export function refuseToken(reason: TokenRefusal, cause?: unknown): AppError {
  const [code, detail] = REFUSALS[reason];
  return new AppError(code, { detail, data: { reason }, cause });
}

/** Why a token was refused; null for every other error. */
export function tokenRefusalOf({ code, data }: AppError): TokenRefusal | null {
  const reason = TOKEN_REFUSALS.find((one) => one === data?.reason);
  return reason !== undefined && REFUSALS[reason][0] === code ? reason : null;
}
