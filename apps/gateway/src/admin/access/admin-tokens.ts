import type { SigningKeys } from '@patchbay/domain/grants';
import { AppError, type Clock } from '@patchbay/foundation';
import { createLocalJWKSet, errors, type JWK, jwtVerify } from 'jose';
import { z } from 'zod';
import { adminAudience } from '../../http/admin-resource.ts';
import type { AccountGrants } from '../../oauth/index.ts';
import type { TokenCaller } from './caller.ts';

export interface AdminTokensDeps {
  readonly origin: string;
  /** From memory: an unknown key id costs no query. */
  readonly keys: Pick<SigningKeys, 'current'>;
  readonly accountGrants: Pick<AccountGrants, 'find'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The claims that are read. @see RFC 9068 §2.2 */
const Claims = z.object({
  aud: z.string(),
  sub: z.string(),
  client_id: z.string(),
  scope: z.string().default(''),
  exp: z.number(),
  grant_id: z.string(),
});

/** Longer ones are not ours. Characters. */
const TOKEN_LENGTH_MAX = 4_096;

type PublicKeys = Awaited<ReturnType<SigningKeys['current']>>['publicKeys'];

/**
 * Verifies access tokens for the admin API, whose `aud` is exactly its URL: one for an MCP server opens nothing here. The
 * grant is read with each request, so an end is in force with the next one at every gateway.
 */
export class AdminTokens {
  readonly #deps: AdminTokensDeps;
  /** The present public keys, which are imported once. */
  #keys: { readonly of: PublicKeys; readonly find: ReturnType<typeof createLocalJWKSet> } | undefined;

  constructor(deps: AdminTokensDeps) {
    this.#deps = deps;
  }

  /**
   * @throws AppError `auth.token_invalid`, `auth.token_expired`, `auth.sign_in_ended`, `data.unavailable`
   * @see RFC 9068 §4
   */
  async verify(token: string): Promise<TokenCaller> {
    if (token.length > TOKEN_LENGTH_MAX) throw invalid('The token is longer than any of this installation.');
    const { origin, clock } = this.#deps;
    const { payload, protectedHeader } = await jwtVerify(token, await this.#findKey(), {
      issuer: origin,
      audience: adminAudience(origin),
      algorithms: ['ES256'],
      typ: 'at+jwt',
      currentDate: clock.now(),
    }).catch((cause: unknown) => {
      throw refusalOf(cause);
    });
    const claims = Claims.safeParse(payload);
    // Without a key id the one key that fits would be taken, whichever that is at the time.
    if (!claims.success || protectedHeader.kid === undefined)
      throw invalid('The token lacks claims of an access token.');
    return this.#callerOf(claims.data);
  }

  async #callerOf({ grant_id, sub, client_id, scope, exp }: z.output<typeof Claims>): Promise<TokenCaller> {
    const found = await this.#deps.accountGrants.find(grant_id, this.#deps.clock.now()).catch(unavailable);
    if (found === null) throw new AppError('auth.sign_in_ended');
    const { grant, person } = found;
    if (person.id !== sub || grant.clientId !== client_id) throw invalid('The token does not agree with its grant.');
    return {
      kind: 'token',
      actor: { kind: 'person', personId: person.id, client: { id: grant.clientId, name: grant.clientName } },
      person,
      grant,
      scopes: scope.split(' ').filter((one) => grant.scopes.includes(one)),
      tokenExpiresAt: new Date(exp * 1_000),
    };
  }

  async #findKey() {
    const { publicKeys } = await this.#deps.keys.current().catch(unavailable);
    if (this.#keys?.of !== publicKeys) {
      const jwks = publicKeys as JWK[]; // P-256 keys: jose wants the member `kty`, which a JWK of Node's types may lack
      this.#keys = { of: publicKeys, find: createLocalJWKSet({ keys: jwks }) };
    }
    return this.#keys.find;
  }
}

function invalid(detail: string, cause?: unknown): AppError {
  return new AppError('auth.token_invalid', { detail, cause });
}

function unavailable(cause: unknown): never {
  throw new AppError('data.unavailable', { retryAfterSeconds: 2, cause });
}

function refusalOf(cause: unknown): AppError {
  if (cause instanceof errors.JWTExpired) return new AppError('auth.token_expired', { cause });
  if (cause instanceof errors.JWTClaimValidationFailed) {
    if (cause.claim === 'aud') return invalid('The access token is for another URL.', cause);
    if (cause.claim === 'typ')
      return invalid('The token is of another type than at+jwt, so it is no access token.', cause);
    if (cause.claim === 'iss') return invalid('The token is from another issuer than this installation.', cause);
  }
  return invalid('The token is not signed by this installation.', cause);
}
