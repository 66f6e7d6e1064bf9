import { randomBytes } from 'node:crypto';
import type { Clock } from '@patchbay/foundation';
import type { TokenRules } from './token-rules.ts';

/** Members of a token response. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export interface IssuedTokens {
  readonly accessToken: string;
  readonly refreshToken: string | null;
  /** In seconds; null where the provider does not state it. */
  readonly expiresIn: number | null;
  readonly scopes: readonly string[];
}

/** Why a refresh was refused: every reason is `invalid_grant` to the client. */
export type RefreshRefusal = 'unknown' | 'revoked' | 'reused' | 'idle' | 'ended';

interface Grant {
  readonly account: string;
  readonly startedMs: number;
  readonly refreshTokens: { readonly value: string; readonly scopes: readonly string[]; replacedMs: number | null }[];
  usedMs: number;
  end: 'revoked' | 'reuse' | null;
}

interface AccessToken {
  readonly grant: Grant;
  readonly scopes: readonly string[];
  readonly expiresMs: number;
  ended: boolean;
}

/**
 * The grants of a provider and the tokens of each, without HTTP: what a refresh does under the rules. Tests that
 * enumerate crashes use it alone; the stand-in provider puts its endpoints before it.
 */
export class GrantModel {
  rules: TokenRules;
  readonly #clock: Clock;
  readonly #grants: Grant[] = [];
  readonly #accessTokens = new Map<string, AccessToken>();
  #count = 0;

  constructor(rules: TokenRules, clock: Clock) {
    this.rules = rules;
    this.#clock = clock;
  }

  /** A person consents. */
  authorize(account: string, scopes: readonly string[]): IssuedTokens {
    const now = this.#now();
    const grant: Grant = { account, startedMs: now, refreshTokens: [], usedMs: now, end: null };
    this.#grants.push(grant);
    if (this.rules.issuesRefreshTokens) this.#addRefreshToken(grant, scopes);
    return this.#answer(grant, scopes);
  }

  /** @param scopes fewer than the refresh token has, or all (RFC 6749 §6) */
  refresh(refreshToken: string, scopes?: readonly string[]): IssuedTokens | { readonly refused: RefreshRefusal } {
    const grant = this.#grants.find((one) => one.refreshTokens.some(({ value }) => value === refreshToken));
    const token = grant?.refreshTokens.find(({ value }) => value === refreshToken);
    if (!grant || !token) return { refused: 'unknown' };
    if (grant.end !== null) return { refused: 'revoked' };
    const now = this.#now();
    const { idleSeconds, absoluteSeconds, graceSeconds } = this.rules;
    if (idleSeconds !== null && now >= grant.usedMs + idleSeconds * 1000) return { refused: 'idle' };
    if (absoluteSeconds !== null && now >= grant.startedMs + absoluteSeconds * 1000) return { refused: 'ended' };
    const isInGrace = token.replacedMs !== null && now < token.replacedMs + graceSeconds * 1000;
    if (token.replacedMs !== null && !isInGrace) {
      if (this.rules.onReuse === 'revoke') this.#end(grant, 'reuse');
      return { refused: 'reused' };
    }
    grant.usedMs = now;
    if (this.rules.endsAccessToken) this.#endAccessTokens(grant);
    if (this.rules.rotates && !(isInGrace && this.rules.inGrace === 'same')) {
      for (const one of grant.refreshTokens) one.replacedMs ??= now;
      this.#addRefreshToken(grant, token.scopes);
    }
    return this.#answer(grant, scopes ?? token.scopes);
  }

  /** RFC 7009 §2.1: the grant of the token ends with all its tokens. @returns whether the token was known */
  revoke(token: string): boolean {
    const grant = this.#grantOf(token);
    if (grant) this.#end(grant, 'revoked');
    return grant !== undefined;
  }

  /** The person removes the application in the settings of the provider. */
  revokeAccount(account: string): void {
    for (const grant of this.#grants) if (grant.account === account) this.#end(grant, 'revoked');
  }

  /** Account and scopes of an access token; null when it does not work. */
  check(accessToken: string): { readonly account: string; readonly scopes: readonly string[] } | null {
    const found = this.#accessTokens.get(accessToken);
    if (!found || found.ended || found.grant.end !== null || this.#now() >= found.expiresMs) return null;
    return { account: found.grant.account, scopes: found.scopes };
  }

  /** Why the grant of a token ended; null while it lives. @throws for a token that was never issued */
  endOf(token: string): Grant['end'] {
    const grant = this.#grantOf(token);
    if (!grant) throw new Error('no token of this provider');
    return grant.end;
  }

  #answer(grant: Grant, scopes: readonly string[]): IssuedTokens {
    const { accessTokenSeconds, statesExpiry } = this.rules;
    const accessToken = this.#newToken('at');
    const expiresMs = this.#now() + accessTokenSeconds * 1000;
    this.#accessTokens.set(accessToken, { grant, scopes, expiresMs, ended: false });
    const refreshToken = grant.refreshTokens.at(-1)?.value ?? null;
    return { accessToken, refreshToken, expiresIn: statesExpiry ? accessTokenSeconds : null, scopes };
  }

  #addRefreshToken(grant: Grant, scopes: readonly string[]): void {
    grant.refreshTokens.push({ value: this.#newToken('rt'), scopes, replacedMs: null });
  }

  #grantOf(token: string): Grant | undefined {
    return (
      this.#accessTokens.get(token)?.grant ??
      this.#grants.find(({ refreshTokens }) => refreshTokens.some(({ value }) => value === token))
    );
  }

  #end(grant: Grant, why: 'revoked' | 'reuse'): void {
    grant.end ??= why;
    this.#endAccessTokens(grant);
  }

  #endAccessTokens(grant: Grant): void {
    for (const token of this.#accessTokens.values()) if (token.grant === grant) token.ended = true;
  }

  /** Signs that differ in every encoding, as RFC 6750 §2.1 permits them. */
  #newToken(kind: 'at' | 'rt'): string {
    this.#count += 1;
    return `${kind}_${this.#count}-${randomBytes(15).toString('base64')}~+/=`;
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
