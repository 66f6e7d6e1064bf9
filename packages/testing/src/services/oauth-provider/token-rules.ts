/** How a provider treats its tokens. The catalogue of providers has every combination that these rules can express. */
export interface TokenRules {
  readonly accessTokenSeconds: number;
  /** Whether the token response states `expires_in`. */
  readonly statesExpiry: boolean;
  /** Whether authorizations yield refresh tokens. */
  readonly issuesRefreshTokens: boolean;
  /** Whether a refresh replaces the refresh token. */
  readonly rotates: boolean;
  /** How long a replaced refresh token still works. */
  readonly graceSeconds: number;
  /**
   * The answer within the grace period: the refresh token that replaced it once more, or another one, after which the
   * one in between is replaced too.
   */
  readonly inGrace: 'same' | 'another';
  /** The effect of a replaced refresh token after the grace period: RFC 9700 §4.14.2 revokes everything of the grant. */
  readonly onReuse: 'revoke' | 'refuse';
  /** Whether a refresh ends the access token before it. */
  readonly endsAccessToken: boolean;
  /** A grant ends when its refresh token was unused for so long; null for never. */
  readonly idleSeconds: number | null;
  /** A grant ends so long after consent; null for never. */
  readonly absoluteSeconds: number | null;
}

/** The strictest provider: rotation, no grace, and a reuse revokes the grant. */
export const STRICT_RULES: TokenRules = {
  accessTokenSeconds: 3600,
  statesExpiry: true,
  issuesRefreshTokens: true,
  rotates: true,
  graceSeconds: 0,
  inGrace: 'same',
  onReuse: 'revoke',
  endsAccessToken: false,
  idleSeconds: null,
  absoluteSeconds: null,
};
