import { AsyncLocalStorage } from 'node:async_hooks';
import type { Tx } from '@patchbay/domain';
import type { Clock } from '@patchbay/foundation';
import { OAUTH_LIMITS } from '@patchbay/foundation/limits';
import type { KeyedHash, StateSealer } from '@patchbay/vault';
import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type pg from 'pg';

/** The organization's row of a grant. The trigger of `identity.oauth_rows` reads it under these names. */
export interface GrantRowFacts {
  readonly id: string;
  readonly organizationId: string;
  readonly personId: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly resourcePath: string;
  readonly connectorId: string | null;
  readonly versionId: string | null;
  readonly connectorIds: readonly string[];
  readonly scopes: readonly string[];
  /** How the person had signed in; null for a password. */
  readonly signIn: 'identity_provider' | 'owner_exception' | null;
}

export interface RowAdapterDeps {
  /** Role `patchbay_auth`. */
  readonly pool: pg.Pool;
  /** Purpose `oauth rows`. */
  readonly hash: KeyedHash;
  /** Purpose `oauth rows`. */
  readonly sealer: StateSealer;
  readonly clock: Pick<Clock, 'now'>;
}

interface Row {
  readonly id_hash: Buffer;
  readonly sealed: string;
  readonly consumed_at: Date | null;
}

const GRACE_SECONDS = OAUTH_LIMITS.refreshGrace.value;
const GRANT_SECONDS = OAUTH_LIMITS.grant.value * 86_400;
const DAY_MS = 86_400_000;
const FOREIGN_KEY_VIOLATION = '23503';

/** The transaction of its organization that a grant is saved in, and the facts that the organization's row shows of it. */
export interface GrantSaving {
  readonly tx: Pick<Tx, 'query'>;
  readonly facts: GrantRowFacts;
}

const savings = new AsyncLocalStorage<GrantSaving>();

/** Saves a grant of the provider within a transaction of its organization: with its audit row, or not at all. */
export function saveGrantIn<T>(saving: GrantSaving, save: () => Promise<T>): Promise<T> {
  return savings.run(saving, save);
}

/**
 * Storage of the provider, one table for all of its models. Identifiers are kept as HMACs and payloads sealed, bound to
 * model and identifier: a read of the database replays nothing, and a row that was moved does not open.
 *
 * @see https://github.com/panva/node-oidc-provider/blob/main/example/my_adapter.js for what each method has to do
 */
export class RowAdapter implements Adapter {
  readonly #model: string;
  readonly #deps: RowAdapterDeps;

  constructor(model: string, deps: RowAdapterDeps) {
    this.#model = model;
    this.#deps = deps;
  }

  async upsert(id: string, payload: AdapterPayload, expiresIn: number): Promise<void> {
    const idHash = this.#hashOf(id);
    const isGrant = this.#model === 'Grant';
    // A grant lives on with its refresh tokens; its payload holds only the longest life.
    const seconds = isGrant ? Math.min(expiresIn, GRANT_SECONDS) : expiresIn;
    const expiresAt = seconds ? new Date(this.#now() + seconds * 1000) : null;
    const sealed = this.#deps.sealer.seal(this.#bindingOf(idHash), JSON.stringify(payload));
    const saving = isGrant ? savings.getStore() : undefined;
    if (saving !== undefined) {
      const { tx, facts } = saving;
      await tx.query('SELECT app.save_grant($1, $2, $3::jsonb, $4)', [
        idHash,
        sealed,
        JSON.stringify(facts),
        expiresAt,
      ]);
      return;
    }
    const grantHash = isGrant ? idHash : this.#grantHashOf(payload.grantId);
    await this.#deps.pool
      .query(
        `INSERT INTO identity.oauth_rows
           (model, id_hash, grant_hash, uid_hash, user_code_hash, session_id, sealed, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (model, id_hash) DO UPDATE SET sealed = excluded.sealed, session_id = excluded.session_id,
           expires_at = excluded.expires_at`,
        [
          this.#model,
          idHash,
          grantHash,
          this.#optionalHash('uid', this.#model === 'Session' ? payload.uid : undefined),
          this.#optionalHash('user code', payload.userCode),
          // The provider's session names the sign-in that it belongs to, and ends with it.
          this.#model === 'Session' ? (payload.acr ?? null) : null,
          sealed,
          expiresAt,
        ],
      )
      .catch((cause: unknown) => {
        if (isForeignKeyViolation(cause)) throw new errors.SessionNotFound('the sign-in has ended');
        throw cause;
      });
    if (this.#model === 'RefreshToken' && grantHash !== null && expiresAt !== null) {
      await this.#extendGrant(grantHash, expiresAt);
    }
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    return this.#read('id_hash', this.#hashOf(id));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    return this.#read('uid_hash', this.#optionalHash('uid', uid));
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    return this.#read('user_code_hash', this.#optionalHash('user code', userCode));
  }

  /** Codes are consumed once: the second of two that come at the same time is refused. @see RFC 6749 §4.1.2 */
  async consume(id: string): Promise<void> {
    const { rowCount } = await this.#deps.pool.query(
      `UPDATE identity.oauth_rows SET consumed_at = $3 WHERE model = $1 AND id_hash = $2 AND consumed_at IS NULL`,
      [this.#model, this.#hashOf(id), new Date(this.#now())],
    );
    if (rowCount === 0 && this.#model !== 'RefreshToken')
      throw new errors.InvalidGrant(`${this.#model} already consumed`);
  }

  async destroy(id: string): Promise<void> {
    await this.#delete('id_hash', this.#hashOf(id));
  }

  async revokeByGrantId(grantId: string): Promise<void> {
    await this.#delete('grant_hash', this.#grantHashOf(grantId));
  }

  #now(): number {
    return this.#deps.clock.now().getTime();
  }

  #hashOf(id: string): Buffer {
    return this.#deps.hash([this.#model, id]);
  }

  #grantHashOf(grantId: string | undefined): Buffer | null {
    return grantId === undefined ? null : this.#deps.hash(['Grant', grantId]);
  }

  #optionalHash(kind: string, value: string | undefined): Buffer | null {
    return value === undefined ? null : this.#deps.hash([this.#model, kind, value]);
  }

  #bindingOf(idHash: Buffer): readonly string[] {
    return [this.#model, idHash.toString('base64url')];
  }

  async #read(column: 'id_hash' | 'uid_hash' | 'user_code_hash', hash: Buffer | null) {
    // sql: a column of the three above
    const { rows } = await this.#deps.pool.query<Row>(
      `SELECT id_hash, sealed, consumed_at FROM identity.oauth_rows
       WHERE model = $1 AND ${column} = $2 AND (expires_at IS NULL OR expires_at > $3)`,
      [this.#model, hash, new Date(this.#now())],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    // The sealed text is what `upsert` wrote: nothing else opens under this binding.
    const payload = JSON.parse(this.#deps.sealer.open(this.#bindingOf(row.id_hash), row.sealed)) as AdapterPayload;
    return this.#isConsumed(row)
      ? { ...payload, consumed: Math.floor((row.consumed_at?.getTime() ?? 0) / 1000) }
      : payload;
  }

  /** A refresh token that was just exchanged can be exchanged again: processes of one client do it at the same time. */
  #isConsumed({ consumed_at }: Row): boolean {
    if (consumed_at === null) return false;
    return this.#model !== 'RefreshToken' || this.#now() - consumed_at.getTime() >= GRACE_SECONDS * 1000;
  }

  async #delete(column: 'id_hash' | 'grant_hash', hash: Buffer | null): Promise<void> {
    // sql: a column of the two above
    await this.#deps.pool.query(`DELETE FROM identity.oauth_rows WHERE model = $1 AND ${column} = $2`, [
      this.#model,
      hash,
    ]);
  }

  /** At most once a day: every gateway reads a grant again that changed. */
  async #extendGrant(grantHash: Buffer, expiresAt: Date): Promise<void> {
    await this.#deps.pool.query(
      `UPDATE identity.oauth_rows SET expires_at = $2 WHERE model = 'Grant' AND id_hash = $1 AND expires_at < $3`,
      [grantHash, expiresAt, new Date(expiresAt.getTime() - DAY_MS)],
    );
  }
}

function isForeignKeyViolation(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === FOREIGN_KEY_VIOLATION;
}
