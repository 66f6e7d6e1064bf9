import { hash } from 'node:crypto';
import type { GrantDirectory, GrantFacts, SigningKeys } from '@patchbay/domain/grants';
import { AppError, type Clock } from '@patchbay/foundation';
import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { adminAudience } from '../../http/admin-resource.ts';
import { refuseToken, type TokenRefusal, tokenRefusalOf } from '../context/token-refusal.ts';
import type { TokenCaller } from '../context/verified-caller.ts';

export interface AccessTokensDeps {
  /** The issuer of this installation, byte for byte as in its metadata: the public origin. */
  readonly issuer: string;
  /** From memory: an unknown key id costs no query. */
  readonly keys: Pick<SigningKeys, 'current'>;
  readonly grants: Pick<GrantDirectory, 'find' | 'findAgain' | 'noteUse'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The claims that are read. @see RFC 9068 §2.2 */
const Claims = z.object({
  aud: z.string(),
  sub: z.string(),
  client_id: z.string(),
  scope: z.string().default(''),
  exp: z.number(),
  nbf: z.number().default(0),
  organization_id: z.string(),
  connector_id: z.string().optional(),
  version_id: z.string().optional(),
  grant_id: z.string(),
});
type Claims = z.output<typeof Claims>;

/** The grant that a token names. */
export interface SignedGrant {
  readonly organizationId: string;
  readonly grantId: string;
}

interface VerifiedToken {
  readonly kid: string;
  readonly claims: Claims;
  /** False until `verify` used it: the first use is a miss, wherever the signature was checked. */
  isUsed: boolean;
}

/** Tokens whose signature is known to be right. */
const TOKENS_MAX = 20_000;
/** Longer ones are not ours, and are not hashed. Characters. */
const TOKEN_LENGTH_MAX = 4_096;

type PublicKeys = Awaited<ReturnType<SigningKeys['current']>>['publicKeys'];
type FindKey = ReturnType<typeof createLocalJWKSet>;

/**
 * Verifies access tokens against the public keys in memory. A right signature is remembered by the hash of the token;
 * expiry, key and grant are looked at each time, so an ended grant ends its tokens within a second at every gateway.
 */
export class AccessTokens {
  readonly #deps: AccessTokensDeps;
  readonly #verified = new LRUCache<string, VerifiedToken>({ max: TOKENS_MAX });
  /** Finds a key among the present public keys, which are imported once. */
  #findKey: { readonly keys: PublicKeys; readonly find: FindKey } | undefined;
  #hits = 0;
  #misses = 0;

  constructor(deps: AccessTokensDeps) {
    this.#deps = deps;
  }

  /**
   * The caller that the token proves, for the one resource it names.
   *
   * @param pastExpiryMs how long ago the token may have expired; 0 for a new request
   * @throws AppError mcp.access_token_invalid, mcp.access_token_expired, mcp.grant_ended, data.stale, data.unavailable
   * @see RFC 9068 §4
   */
  async verify(token: string, pastExpiryMs: number): Promise<TokenCaller> {
    if (token.length > TOKEN_LENGTH_MAX) throw refuseToken('malformed');
    const { publicKeys } = await this.#deps.keys.current().catch((cause: unknown) => {
      throw new AppError('data.unavailable', { retryAfterSeconds: 2, cause });
    });
    const id = hash('sha256', token, 'base64url');
    const verified = this.#recall(id) ?? (await this.#check(id, token, publicKeys));
    const isFirstUse = !verified.isUsed;
    verified.isUsed = true;
    const { kid, claims } = verified;
    const at = this.#deps.clock.now();
    const now = at.getTime();
    if (!publicKeys.some((key) => key.kid === kid)) throw refuseToken('key');
    if (claims.exp * 1_000 + pastExpiryMs <= now) throw refuseToken('expired');
    if (claims.nbf * 1_000 > now) throw refuseToken('not_yet_valid');
    const grant = await this.#findGrant(claims, isFirstUse);
    if (grant === null) throw refuseToken('grant');
    if (grant.endedAt !== null || grant.expiresAt.getTime() <= now) throw refuseToken('grant_ended');
    if (!agrees(claims, grant)) throw refuseToken('grant_mismatch');
    this.#deps.grants.noteUse(grant, at);
    return callerOf(claims, grant);
  }

  /**
   * Whether this installation signed the token, expired or not: no query. For limits, never for access. Its finding is
   * remembered for `verify`. True where the keys cannot be read.
   */
  async recognizes(token: string): Promise<boolean> {
    if (token.length > TOKEN_LENGTH_MAX) return false;
    try {
      const { publicKeys } = await this.#deps.keys.current();
      const id = hash('sha256', token, 'base64url');
      if (!this.#verified.has(id)) await this.#check(id, token, publicKeys);
      return true;
    } catch (error) {
      return !(error instanceof AppError) || error.spec.status !== 401 || tokenRefusalOf(error) === 'audience';
    }
  }

  /**
   * The grant of a token that this installation signed, expired or not; null for every other text. No query. For ending it,
   * never for access.
   */
  async grantOf(token: string): Promise<SignedGrant | null> {
    if (token.length > TOKEN_LENGTH_MAX) return null;
    try {
      const { publicKeys } = await this.#deps.keys.current();
      const id = hash('sha256', token, 'base64url');
      const { claims } = this.#verified.get(id) ?? (await this.#check(id, token, publicKeys));
      return { organizationId: claims.organization_id, grantId: claims.grant_id };
    } catch {
      return null;
    }
  }

  /** Hits and misses since start, for metrics. */
  statistics(): { readonly hits: number; readonly misses: number } {
    return { hits: this.#hits, misses: this.#misses };
  }

  /** A person who has just allowed more sends the new token before the news of it has arrived here: it is read once more. */
  async #findGrant({ grant_id: id, scope }: Claims, isFirstUse: boolean): Promise<GrantFacts | null> {
    const grant = await this.#deps.grants.find(id);
    if (!isFirstUse || grant === null || scopesIn(scope).every((one) => grant.scopes.includes(one))) return grant;
    return this.#deps.grants.findAgain(id);
  }

  #recall(id: string): VerifiedToken | undefined {
    const known = this.#verified.get(id);
    if (known?.isUsed) this.#hits += 1;
    else this.#misses += 1;
    return known;
  }

  async #check(id: string, token: string, keys: PublicKeys): Promise<VerifiedToken> {
    if (this.#findKey?.keys !== keys) {
      const jwks = keys as JWK[]; // P-256 keys: jose wants the member `kty`, which a JWK of Node's types may lack
      this.#findKey = { keys, find: createLocalJWKSet({ keys: jwks }) };
    }
    const verified = await checkToken(token, this.#deps.issuer, this.#findKey.find);
    this.#verified.set(id, verified);
    return verified;
  }
}

/** Everything about a token that stays as it is: form, signature, type, issuer and claims. */
async function checkToken(token: string, issuer: string, findKey: FindKey): Promise<VerifiedToken> {
  const { payload, protectedHeader } = await jwtVerify(token, findKey, {
    issuer,
    algorithms: ['ES256'],
    typ: 'at+jwt',
    // Times are looked at with each use: this result is kept.
    clockTolerance: Number.MAX_SAFE_INTEGER,
  }).catch((error: unknown) => {
    throw refuseToken(refusalOf(error), error);
  });
  const claims = Claims.safeParse(payload);
  if (!claims.success) {
    // One for the admin API is of this installation and names no organization.
    throw refuseToken(payload.aud === adminAudience(issuer) ? 'audience' : 'malformed', claims.error);
  }
  // Without a key id the one key that fits would be taken, whichever that is at the time.
  if (protectedHeader.kid === undefined) throw refuseToken('key');
  return { kid: protectedHeader.kid, claims: claims.data, isUsed: false };
}

function refusalOf(error: unknown): TokenRefusal {
  if (error instanceof errors.JOSEAlgNotAllowed) return 'algorithm';
  if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) return 'key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'signature';
  if (!(error instanceof errors.JWTClaimValidationFailed)) return 'malformed';
  if (error.claim === 'typ') return 'type';
  return error.claim === 'iss' ? 'issuer' : 'malformed';
}

/** Whether token and grant are of the same person, client and record. */
function agrees(claims: Claims, grant: GrantFacts): boolean {
  return (
    claims.sub === grant.person.id &&
    claims.client_id === grant.clientId &&
    claims.organization_id === grant.organizationId &&
    (claims.connector_id ?? null) === grant.connectorId &&
    (claims.version_id ?? null) === grant.versionId
  );
}

const scopesIn = (scope: string) => scope.split(' ').filter((one) => one !== '');

function callerOf(claims: Claims, grant: GrantFacts): TokenCaller {
  const { id, clientId, organizationId, connectorId, versionId, connectorIds, person, roles, groups } = grant;
  const { signedInAt, secondFactor } = grant;
  const proof = { signedInAt, secondFactor };
  const ids = { organizationId, connectorId, versionId, connectorIds };
  const scopes = scopesIn(claims.scope).filter((scope) => grant.scopes.includes(scope));
  return {
    kind: 'token',
    credentialId: id,
    clientId,
    audience: claims.aud,
    ...ids,
    person,
    roles,
    groups,
    proof,
    scopes,
  };
}
