import { randomBytes } from 'node:crypto';
import { SigningKeys } from '@patchbay/domain/grants';
import { newId } from '@patchbay/foundation';
import { createStateSealer, openKeySource } from '@patchbay/vault';
import { importJWK, type JWTPayload, SignJWT } from 'jose';
import pg from 'pg';
import type { TestDatabase } from '../services/database.ts';

/** The grant behind a token, as the authorization server would know it. */
export interface GivenGrant {
  readonly organizationId: string;
  readonly personId: string;
  readonly resourcePath: string;
  /** Null at the URL of the organization. */
  readonly connectorId: string | null;
  /** Set at a preview. */
  readonly versionId?: string | null;
  /** At the URL of the organization. */
  readonly connectorIds?: readonly string[];
  readonly clientId?: string;
  readonly scopes?: readonly string[];
}

export interface GivenAccessToken {
  readonly token: string;
  readonly grantId: string;
  /** A further token of the same grant, as after a refresh; `claims` replace those of the first. */
  again(claims?: JWTPayload): Promise<string>;
}

export interface AccessTokenIssuerOptions {
  readonly database: TestDatabase;
  readonly origin: string;
  readonly masterKeyFile: string;
}

const CLIENT_ID = 'https://claude.ai/oauth/mcp-oauth-client-metadata';
const HOUR_SECONDS = 3_600;

/**
 * Writes grants as the provider's adapter does, and signs their tokens with the key of the database: what is made here is
 * verified like any other.
 */
export class AccessTokenIssuer {
  readonly #options: AccessTokenIssuerOptions;
  readonly #pool: pg.Pool;
  #keys: Promise<SigningKeys> | undefined;

  constructor(options: AccessTokenIssuerOptions) {
    this.#options = options;
    this.#pool = new pg.Pool({ connectionString: options.database.urls.auth, max: 1 });
    this.#pool.on('error', () => {}); // a test may take the server away
  }

  async issue(grant: GivenGrant): Promise<GivenAccessToken> {
    const { organizationId, personId, resourcePath, connectorId, versionId = null, connectorIds = [] } = grant;
    const { clientId = CLIENT_ID, scopes = ['tools:read', 'tools:write'] } = grant;
    const facts = { id: newId('grant'), organizationId, personId, clientId, clientName: 'Claude', resourcePath };
    const ids = { connectorId, versionId, connectorIds };
    await this.#pool.query(
      `INSERT INTO identity.oauth_rows (model, id_hash, grant_hash, sealed, grant_facts, expires_at)
       VALUES ('Grant', $1, $1, 's', $2, now() + interval '90 days')`,
      [randomBytes(32), { ...facts, ...ids, scopes }],
    );
    const claims: JWTPayload = {
      aud: `${this.#options.origin}${resourcePath}`,
      sub: personId,
      client_id: clientId,
      scope: scopes.join(' '),
      organization_id: organizationId,
      ...(connectorId !== null && { connector_id: connectorId }),
      ...(versionId !== null && { version_id: versionId }),
      grant_id: facts.id,
    };
    const again = (change: JWTPayload = {}) => this.#sign({ ...claims, ...change });
    return { token: await again(), grantId: facts.id, again };
  }

  async close(): Promise<void> {
    (await this.#keys)?.close();
    await this.#pool.end();
  }

  async #sign(claims: JWTPayload): Promise<string> {
    this.#keys ??= this.#openKeys();
    const { signing } = await (await this.#keys).current();
    const key = await importJWK(JSON.parse(signing.privateJwk.reveal()), 'ES256');
    const now = Math.floor(Date.now() / 1_000);
    const payload = { iss: this.#options.origin, iat: now, exp: now + HOUR_SECONDS, jti: newId('request'), ...claims };
    return new SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: signing.kid }).sign(key);
  }

  async #openKeys(): Promise<SigningKeys> {
    const sealer = await createStateSealer(
      await openKeySource({ masterKeyFile: this.#options.masterKeyFile }),
      'oauth signing keys',
    );
    return new SigningKeys({ pool: this.#pool, sealer });
  }
}
