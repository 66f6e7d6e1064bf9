/** Access tokens and their grants for tests of the edge: keys made here, verified as those of the database are. */
import type { GrantFacts } from '@patchbay/domain/grants';
import { systemClock } from '@patchbay/foundation';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { AccessTokens } from '../src/mcp/access/verify-access-token.ts';

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
export type PublicKey = Awaited<ReturnType<typeof exportJWK>> & { readonly kid: string };

/** Overrides of a token; a claim of undefined is left out. */
export interface TokenChange {
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly key?: SigningKey | Uint8Array;
}

export const CLIENT_ID = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const HOUR_SECONDS = 3_600;
const nowSeconds = () => Math.floor(Date.now() / 1_000);

/** An issuer with one key, and the grants it knows. A test ends a grant by writing it again. */
export class GivenTokens {
  readonly #issuer: string;
  readonly #key: SigningKey;
  #publicKeys: readonly PublicKey[];
  readonly publicKey: PublicKey;
  readonly grants = new Map<string, GrantFacts>();
  readonly verification: AccessTokens;
  /** Look-ups of grants. */
  readonly lookups: string[] = [];
  /** Added to the time that tokens are verified at. Milliseconds. */
  aheadMs = 0;

  private constructor(issuer: string, key: SigningKey, publicKey: PublicKey) {
    this.#issuer = issuer;
    this.#key = key;
    this.publicKey = publicKey;
    const signing = undefined as never; // nothing that verifies reads it
    this.#publicKeys = [publicKey];
    this.verification = new AccessTokens({
      issuer,
      keys: { current: async () => ({ publicKeys: this.#publicKeys as never, signing }) },
      grants: {
        find: async (id) => {
          this.lookups.push(id);
          return this.grants.get(id) ?? null;
        },
        findAgain: async (id) => this.grants.get(id) ?? null,
        noteUse: () => undefined,
      },
      clock: { now: () => new Date(systemClock.now().getTime() + this.aheadMs) },
    });
  }

  static async create(issuer: string): Promise<GivenTokens> {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const jwk = await exportJWK(publicKey);
    return new GivenTokens(issuer, privateKey, { ...jwk, kid: 'key-1', alg: 'ES256', use: 'sig' });
  }

  /** A grant of Anna, a member of acme, for connector `weather` with both scopes. */
  grant(change: Partial<GrantFacts> = {}): GrantFacts {
    const grant: GrantFacts = {
      id: `grt_${this.grants.size + 1}`,
      organizationId: 'org_acme',
      clientId: CLIENT_ID,
      resourcePath: '/acme/weather/mcp',
      connectorId: 'con_weather',
      versionId: null,
      connectorIds: [],
      scopes: ['tools:read', 'tools:write'],
      expiresAt: new Date(8e15),
      endedAt: null,
      signedInAt: new Date(),
      secondFactor: false,
      person: { id: 'psn_anna', email: 'anna@acme.example', name: 'Anna' },
      roles: ['member'],
      groups: [],
      isSignInAdmitted: true,
      ...change,
    };
    this.grants.set(grant.id, grant);
    return grant;
  }

  end(grant: GrantFacts): void {
    this.grants.set(grant.id, { ...grant, endedAt: new Date() });
  }

  /** The installation gives its key up, or takes it back. */
  useKey(isUsed: boolean): void {
    this.#publicKeys = isUsed ? [this.publicKey] : [];
  }

  /** A token of the grant, as the authorization server makes it. */
  token(grant: GrantFacts, { claims = {}, header = {}, key = this.#key }: TokenChange = {}): Promise<string> {
    const { connectorId, versionId } = grant;
    const payload: JWTPayload = {
      iss: this.#issuer,
      aud: `${this.#issuer}${grant.resourcePath}`,
      sub: grant.person.id,
      client_id: grant.clientId,
      scope: grant.scopes.join(' '),
      iat: nowSeconds(),
      exp: nowSeconds() + HOUR_SECONDS,
      jti: `jti-${this.grants.size}`,
      organization_id: grant.organizationId,
      ...(connectorId !== null && { connector_id: connectorId }),
      ...(versionId !== null && { version_id: versionId }),
      grant_id: grant.id,
      ...claims,
    };
    return new SignJWT(payload)
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: this.publicKey.kid, ...header })
      .sign(key);
  }
}

/** A JWT with any head and body, signed with `signature` as it is. */
export function handmade(header: object, payload: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(payload)}.${signature}`;
}

/** The claims of a token, unverified. */
export function claimsOf(token: string): JWTPayload {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}
