import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { KeyedHash } from '@patchbay/vault';
import type pg from 'pg';

/** A person's permission for a program at the admin API. It belongs to no organization, and opens nothing. */
export interface AccountGrant {
  readonly id: string;
  readonly personId: string;
  readonly clientId: string;
  /** The owner's word, for a client that one made. */
  readonly clientName: string;
  /** The organizations that it is limited to; empty means every one of the person. */
  readonly organizationIds: readonly string[];
  readonly scopes: readonly string[];
  /** Given with a code that was typed, so it lasts as long as its one token. */
  readonly byDeviceCode: boolean;
  /** The address the program asked from, or the person answered from. */
  readonly clientAddress: string | null;
  readonly expiresAt: Date;
  readonly lastUsedAt: Date | null;
  readonly createdAt: Date;
}

/** A grant with its person as they are now. */
export interface AccountGrantFacts {
  readonly grant: AccountGrant;
  readonly person: { readonly id: string; readonly name: string; readonly email: string };
}

export interface AccountGrantsDeps {
  /** Role `patchbay_auth`. */
  readonly pool: pg.Pool;
  /** Purpose `oauth rows`: names the provider's row of a grant. */
  readonly hash: KeyedHash;
}

type Row = {
  id: string;
  person_id: string;
  client_id: string;
  client_name: string;
  organization_ids: string[];
  scopes: string[];
  by_device_code: boolean;
  client_address: string | null;
  expires_at: Date;
  last_used_at: Date | null;
  created_at: Date;
};

const COLUMNS = `g.id, g.person_id, g.client_id, g.client_name, g.organization_ids, g.scopes, g.by_device_code,
  g.client_address, g.expires_at, g.last_used_at, g.created_at`;
/** The list is whole: a person has a handful, and the oldest beyond this expire by themselves. */
const LISTED_MAX = 200;
const DAY_MS = 86_400_000;

/**
 * Grants for the admin API. They are read with each request, never cached, so that an end is in force at once everywhere;
 * triggers take their codes and refresh tokens with them.
 */
export class AccountGrants {
  readonly #deps: AccountGrantsDeps;

  constructor(deps: AccountGrantsDeps) {
    this.#deps = deps;
  }

  /** Before the provider saves its own row: a grant without one opens nothing and can be ended. */
  async insert(grant: Omit<AccountGrant, 'lastUsedAt' | 'createdAt' | 'expiresAt'>, now: Date): Promise<void> {
    const lifeMs = grant.byDeviceCode ? OAUTH_LIMITS.accessToken.value * 1_000 : OAUTH_LIMITS.grant.value * DAY_MS;
    await this.#deps.pool.query(
      `INSERT INTO identity.account_grants (id, provider_hash, person_id, client_id, client_name, organization_ids, scopes,
         by_device_code, client_address, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
      [
        grant.id,
        this.#deps.hash(['Grant', grant.id]),
        grant.personId,
        grant.clientId,
        grant.clientName,
        grant.organizationIds,
        grant.scopes,
        grant.byDeviceCode,
        grant.clientAddress,
        new Date(now.getTime() + lifeMs),
      ],
    );
  }

  /** Null when it has ended or expired. Notes its use, at most once a minute. */
  async find(id: string, now: Date): Promise<AccountGrantFacts | null> {
    const { rows } = await this.#deps.pool.query<Row & { name: string; email: string }>(
      `SELECT ${COLUMNS}, p.name, p.email FROM identity.account_grants g JOIN identity.people p ON p.id = g.person_id
       WHERE g.id = $1 AND g.expires_at > $2`,
      [id, now],
    );
    const [row] = rows;
    if (row === undefined) return null;
    if ((row.last_used_at?.getTime() ?? 0) < now.getTime() - 60_000) {
      await this.#deps.pool.query('UPDATE identity.account_grants SET last_used_at = $2 WHERE id = $1', [id, now]);
    }
    return { grant: toGrant(row), person: { id: row.person_id, name: row.name, email: row.email } };
  }

  /** Those in force, newest first. */
  async list(personId: string, now: Date): Promise<readonly AccountGrant[]> {
    const { rows } = await this.#deps.pool.query<Row>(
      `SELECT ${COLUMNS} FROM identity.account_grants g WHERE g.person_id = $1 AND g.expires_at > $2
       ORDER BY g.created_at DESC, g.id LIMIT ${LISTED_MAX}`,
      [personId, now],
    );
    return rows.map(toGrant);
  }

  /** Ends it with its codes and refresh tokens. False where the person has no such grant. */
  async end(personId: string, id: string): Promise<boolean> {
    const { rowCount } = await this.#deps.pool.query(
      'DELETE FROM identity.account_grants WHERE person_id = $1 AND id = $2',
      [personId, id],
    );
    return rowCount === 1;
  }
}

function toGrant(row: Row): AccountGrant {
  return {
    id: row.id,
    personId: row.person_id,
    clientId: row.client_id,
    clientName: row.client_name,
    organizationIds: row.organization_ids,
    scopes: row.scopes,
    byDeviceCode: row.by_device_code,
    clientAddress: row.client_address,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  };
}
