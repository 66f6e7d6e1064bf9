import type { Database } from '@patchbay/domain';
import { endGrant, type SigningKeys } from '@patchbay/domain/grants';
import { isId } from '@patchbay/foundation';
import { createLocalJWKSet, type JWK, jwtVerify } from 'jose';
import type { AdapterPayload } from 'oidc-provider';
import type { AccountGrants } from './account-grants.ts';

export interface ExposedGrantsDeps {
  readonly origin: string;
  readonly database: Database;
  readonly signingKeys: Pick<SigningKeys, 'current'>;
  readonly accountGrants: Pick<AccountGrants, 'end'>;
  /** Stored refresh tokens and codes, by their text; nothing for every other one. */
  readonly stored: readonly { find(text: string): Promise<AdapterPayload | undefined> }[];
}

const EXPOSED = { kind: 'system', name: 'a token in a URL is not secret any more' } as const;
/** Refresh tokens and codes as the provider makes them: 256 bits. */
const OPAQUE = /^[A-Za-z0-9_-]{43}$/;

/** Grants of what was sent in a URL: refresh tokens, codes, and access tokens for the admin API. */
export class ExposedGrants {
  readonly #deps: ExposedGrantsDeps;

  constructor(deps: ExposedGrantsDeps) {
    this.#deps = deps;
  }

  /** Ends the grant of the text with everything issued for it. False for a text that is none of those. */
  async end(text: string): Promise<boolean> {
    const found = OPAQUE.test(text) ? await this.#findStored(text) : await this.#readAdminToken(text);
    if (found === null) return false;
    const { database, accountGrants } = this.#deps;
    if (isId('accountGrant', found.grantId)) return accountGrants.end(found.personId, found.grantId);
    const scope = await database.lookups.findGrant(found.grantId);
    if (scope === null) return false;
    await database.withOrganization(scope, (tx) => endGrant(tx, EXPOSED, { id: found.grantId, because: 'revoked' }));
    return true;
  }

  async #findStored(text: string) {
    for (const model of this.#deps.stored) {
      const payload = await model.find(text);
      if (payload?.grantId !== undefined) return { grantId: payload.grantId, personId: String(payload.accountId) };
    }
    return null;
  }

  /** Expired ones too: the reader of the URL may have the refresh token beside it. */
  async #readAdminToken(text: string) {
    const { publicKeys } = await this.#deps.signingKeys.current();
    const keys = createLocalJWKSet({ keys: publicKeys as JWK[] }); // P-256 keys: jose wants the member `kty`
    const verified = await jwtVerify(text, keys, {
      issuer: this.#deps.origin,
      algorithms: ['ES256'],
      typ: 'at+jwt',
      clockTolerance: Number.MAX_SAFE_INTEGER,
    }).catch(() => null);
    const { grant_id: grantId, sub } = verified?.payload ?? {};
    if (typeof grantId !== 'string' || typeof sub !== 'string' || !isId('accountGrant', grantId)) return null;
    return { grantId, personId: sub };
  }
}
